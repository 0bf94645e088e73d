"""What `xray-train` can do, each command a function."""

ON = (
    "sixray-cal | sixray-val, either with +benign | dual-energy | sim-baggage | sim-parcel, either "
    "with -raw | container-test, -tuning or -calibration | FOLDER"
)
