"""Say for each of five runs what its two curves tell."""

from helpers.checks.exercise import ChoiceExercise, mistake

kind = ChoiceExercise
requirements = {f"run {run}": 0.4 for run in "ABCDE"}
parts = {run: f"run {run}" for run in "ABCDE"}
options = {
    "healthy": "learns, and is as good on new examples",
    "overfits": "learns the training examples by heart: stop earlier, or find more data",
    "rate too low": "moves in the right direction, far too slowly: raise the learning rate",
    "rate too high": "jumps about and gets nowhere: lower the learning rate",
    "too small": "has come to rest at a high loss on both: give the model more units",
}
reference = {
    "A": "rate too low",
    "B": "overfits",
    "C": "rate too high",
    "D": "healthy",
    "E": "too small",
}
mistakes = [
    mistake(
        {"A": "too small"},
        "Run A has not come to rest: both curves still fall, in a nearly straight line.",
    ),
    mistake(
        {"B": "healthy"},
        "In run B the training loss goes to 0, and the validation loss rises again.",
    ),
    mistake(
        {"C": "overfits"},
        "In run C the training loss does not fall either. Nothing is learned by heart there.",
    ),
    mistake(
        {"E": "rate too low"},
        "Run E has become flat: ten times as many steps would change little.",
    ),
    mistake(
        {"D": "overfits"},
        "In run D the two curves lie close together to the end.",
    ),
    mistake(
        {"A": "healthy"},
        "Run A falls, but from 2.3 to little less: guessing among ten digits costs 2.3.",
    ),
    mistake(
        {"C": "too small"},
        "Run C does not come to rest: it jumps. A network that is too small gives a calm curve.",
    ),
    mistake(
        {"D": "rate too low"},
        "Run D falls at once, and is nearly at rest at the end.",
    ),
    mistake(
        {"E": "overfits"},
        "In run E no gap opens: training and validation rest at the same height.",
    ),
    mistake(
        {"E": "healthy"},
        "Look at the height at which run E rests, and compare it with run D.",
    ),
    mistake(
        {"B": "rate too high"},
        "Run B's training loss falls calmly to 0, so the rate is fine. It is the validation loss that rises.",
    ),
    mistake(
        {"B": "rate too low"},
        "Run B is not slow: its training loss goes to 0. What does the validation loss do meanwhile?",
    ),
    mistake(
        {"B": "too small"},
        "A model that is too small rests at a high training loss. In run B the training loss goes to 0.",
    ),
    mistake(
        {"A": "overfits"},
        "In run A no gap opens: training and validation loss go down together, only very slowly.",
    ),
    mistake(
        {"A": "rate too high"}, "Run A does not jump. It goes down calmly, in very small steps."
    ),
    mistake(
        {"C": "healthy"}, "In run C neither curve comes down for good: look at where they end."
    ),
    mistake(
        {"C": "rate too low"},
        "A rate that is too low gives a calm curve that falls slowly. Run C jumps about.",
    ),
    mistake({"D": "rate too high"}, "Run D falls calmly, without jumps, and comes to rest low."),
    mistake(
        {"D": "too small"},
        "Run D comes to rest near 0. A model that is too small rests at a high loss.",
    ),
    mistake(
        {"E": "rate too high"},
        "Run E is calm and flat. A rate that is too high makes a curve jump.",
    ),
]
alternatives = [
    {
        "A": "Rate too low",
        "B": "overfits ",
        "C": "RATE TOO HIGH",
        "D": "healthy",
        "E": "too small",
    },
]
also_wrong = [
    dict.fromkeys("ABCDE", "healthy"),
]
hints = [
    "Look at the training curve first: does it fall, and does it come to rest?",
    "Then at the gap between the curves: does it open?",
    "A curve that is flat has found what this model can do; one that still falls has not.",
]
