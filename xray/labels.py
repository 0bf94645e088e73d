"""The taxonomy: lower-case English words, one list for parcels and baggage, one for containers.

A model's card carries the labels that it was trained for, which may be any; these lists are
what our own data speaks, and what the maps of the public data sets lead to.
"""

PARCEL_LABELS: tuple[str, ...] = (
    *("gun", "gun_part", "bullet", "explosive"),
    *("knife", "razor_blade", "shuriken", "dart", "axe", "saw", "scissors"),
    *("wrench", "pliers", "hammer", "screwdriver"),
    *("baton", "handcuffs", "lighter", "firework", "pressure_vessel", "liquid"),
    *("battery", "electronics", "narcotics", "cigarettes", "currency"),
)

CONTAINER_LABELS: tuple[str, ...] = (
    *("weapon", "narcotics", "cigarettes", "battery", "currency", "person", "vehicle"),
)

# Weapons, blades, ammunition, explosives: what the default profile raises an alarm for.
# Scissors and tools are findings: a bag with a wrench in it is an ordinary bag.
ALARMING_LABELS: frozenset[str] = frozenset(
    [
        *("weapon", "gun", "gun_part", "bullet", "explosive"),
        *("knife", "razor_blade", "shuriken", "dart", "axe"),
    ]
)
