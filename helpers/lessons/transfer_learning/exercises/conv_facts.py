"""Work out four numbers of the ImageNet network before it is loaded."""

from helpers.checks.exercise import ValueExercise, mistake

kind = ValueExercise
WEIGHTS_FIRST = "weights of the first layer"
HEIGHT_FEATURE = "height of its feature map"
NUMBERS_COME = "numbers that come out"
PARAMETERS_NEW = "parameters of a new head"
requirements = {
    WEIGHTS_FIRST: 0.5,
    HEIGHT_FEATURE: 0.5,
    NUMBERS_COME: 0.5,
    PARAMETERS_NEW: 0.5,
}
parts = {
    "A": WEIGHTS_FIRST,
    "B": HEIGHT_FEATURE,
    "C": NUMBERS_COME,
    "D": PARAMETERS_NEW,
}
reference = {"A": 864, "B": 112, "C": 20480, "D": 5124}
mistakes = [
    mistake({"A": 288}, "Each filter looks at all three colours: 3 × 3 × 3 weights, not 3 × 3."),
    mistake({"A": 27}, "3 × 3 × 3 are the weights of one filter. There are 32 of them."),
    mistake({"A": 896}, "The first layer has no bias (`bias=False`): weights alone."),
    mistake({"B": 224}, "Stride 2 moves the window by two pixels at a time: half as many places."),
    mistake({"B": 111}, "The picture is padded by one row, so that all pairs of rows are used."),
    mistake({"C": 1280}, "1,280 is the number of maps. Each of them has height · width numbers."),
    mistake(
        {"C": 5120},
        "128 / 32 = 4 places along each side, so a map has 4 · 4 numbers, not 4.",
    ),
    mistake(
        {"C": 1280 * 128 * 128},
        "The maps are smaller than the photograph: height and width are divided by 32.",
    ),
    mistake({"C": 62720}, "That is for 224 pixels. The photograph here has 128 × 128."),
    mistake({"D": 5120}, "A linear layer has a bias for each class, too."),
]
hints = [
    "A filter has one weight for each colour and each place of its window. There are 32 filters.",
    "B: 224 pixels, one answer for every second one. C: 128 / 32 places along each side.",
    "D: as in lesson 02, (n_in + 1) · n_out.",
]
