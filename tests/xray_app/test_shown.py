from xray_app.shown import Case, Origin, Store


def case(key: str, origin: Origin = Origin.UPLOAD, size: int = 10) -> Case:
    return Case(key, name=key, origin=origin, picture=bytes(size))


def test_the_oldest_uploads_leave_when_pictures_take_too_much_memory() -> None:
    store = Store(max_uploaded_bytes=25)
    for key in ("a", "b", "c"):
        store.add(case(key))
    assert store.get("a") is None
    assert [store.get(key) is not None for key in ("b", "c")] == [True, True]


def test_the_newest_upload_stays_however_large() -> None:
    store = Store(max_uploaded_bytes=25)
    store.add(case("small"))
    store.add(case("large", size=1000))
    assert store.get("small") is None
    assert store.get("large") is not None


def test_samples_stay_and_keep_their_order() -> None:
    store = Store(max_uploaded_bytes=25)
    store.add(case("one", Origin.SAMPLE, 1000))
    store.add(case("upload", size=1000))
    store.add(case("two", Origin.SAMPLE, 1000))
    assert [c.key for c in store.samples()] == ["one", "two"]
