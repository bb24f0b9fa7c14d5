"""Choose for each task how to use the pretrained network, if at all."""

from helpers.checks.exercise import ChoiceExercise, mistake

kind = ChoiceExercise
TASK = "task A"
TASK_B = "task B"
TASK_C = "task C"
TASK_D = "task D"
requirements = {TASK: 0.5, TASK_B: 0.5, TASK_C: 0.5, TASK_D: 0.5}
parts = {"A": TASK, "B": TASK_B, "C": TASK_C, "D": TASK_D}
options = {
    "head": "freeze the whole backbone, train a new head on cached features",
    "tail": "train the head first, then the last block with it at a low rate",
    "all": "start from the pretrained weights, then train all layers at a low rate",
    "scratch": "a small network of one's own from random weights",
}
reference = {"A": "head", "B": "scratch", "C": "all", "D": "tail"}
mistakes = [
    mistake(
        {"A": "tail"},
        "A: with 12 photographs a kind there is little to learn a block from, and nothing to check it on.",
    ),
    mistake(
        {"A": "all"},
        "A: 24 photographs against 3.4 million parameters: they would be learned by heart.",
    ),
    mistake({"A": "scratch"}, "A: from 24 photographs no network learns what an edge is."),
    mistake(
        {"B": "head"},
        "B: nothing here looks like a photograph, and there is data in plenty. Remember the digits.",
    ),
    mistake(
        {"B": "all"},
        "B: filters for colour photographs have nothing to say about six numbers from sensors.",
    ),
    mistake(
        {"B": "tail"},
        "B: a table of six sensors is no picture; the network does not even take it.",
    ),
    mistake(
        {"C": "head"},
        "C: features made for photographs miss much in X-ray pictures, and 200,000 labels can teach better ones.",
    ),
    mistake(
        {"C": "tail"},
        "C: what is before the last block was made for photographs, too, and 200,000 labels and four graphics "
        "cards can improve all of it.",
    ),
    mistake(
        {"C": "scratch"},
        "C: X-ray pictures have edges and textures, too: pretrained weights are a better start than noise.",
    ),
    mistake(
        {"D": "head"},
        "D: the head has got as far as it can. What is missing are finer features.",
    ),
    mistake(
        {"D": "scratch"},
        "D: 1,800 photographs are few for a network of one's own, and the features are nearly right.",
    ),
    mistake(
        {"D": "all"},
        "D: early layers know edges and colours well enough; the last block is the one to refine.",
    ),
]
hints = [
    "Two questions for each task: how much data is there, and how near is it to photographs of things?",
    "Little and near: change as little as possible. Much and far: change everything, but start from what is there.",
]
