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
    mistake({"A": 5124, "D": 864}, "A and D stand in each other's place."),
    mistake(
        {"A": 9},
        "3 × 3 are the weights for one colour of one filter. There are three colours and 32 filters.",
    ),
    mistake(
        {"A": 32 * 32 * 9},
        "The 32 filters are what comes out. What goes in are three colours, so a filter has 3 × 3 × 3 weights.",
    ),
    mistake(
        {"B": 113},
        "225 rows, padding included, and a window of 3: it has to lie on them wholly, so it begins at 0, 2, 4 … 222.",
    ),
    mistake(
        {"B": 223},
        "That is the height for stride 1. With stride 2 the window visits every second place only.",
    ),
    mistake(
        {"B": 222},
        "That is without padding and for stride 1. With stride 2 it visits every second place only.",
    ),
    mistake(
        {"B": 12544}, "That is the number of places in the whole map. Asked for is its height."
    ),
    mistake(
        {"C": 1280 * 128 * 128 // 32},
        "Height and width are divided by 32, each of them. You have divided once.",
    ),
    mistake({"C": 16}, "16 places is one map. There are 1,280 of them."),
    mistake(
        {"D": 1284},
        "Each class has a weight for each feature: the two are multiplied, and the bias comes after that.",
    ),
    mistake(
        {"D": 4004},
        "The new head stands in the place of the old one: it takes the 1,280 features, not the 1,000 scores.",
    ),
    mistake(
        {"D": 6400},
        "The bias belongs to the classes, one for each of the four, not to the features.",
    ),
    mistake({"D": 5121}, "The bias has a number for each of the four classes, not one for all."),
    mistake({"D": 1281000}, "That is the old head, for 1,000 classes. Yours has four."),
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
