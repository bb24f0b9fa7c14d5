"""What an error message of Python or torch means, and what to do: one sentence for each that beginners meet."""

import re

_SENTENCES = (
    (
        r"^(NameError|UnboundLocalError)",
        "Python does not know this name. Is it spelt right, and has the cell that defines or imports it run?",
    ),
    (
        r"^ModuleNotFoundError",
        "This package is not installed here; the exercise needs none beyond those of the first cell.",
    ),
    (
        r"^RecursionError",
        "Your function calls itself and never comes to an end: which case should stop it?",
    ),
    (
        r"Boolean value of Tensor",
        "`if`, `and` and `max` ask for one yes or no; a tensor holds one for each entry. "
        "`torch.where(condition, a, b)` decides entry by entry.",
    ),
    (r"bitwise_xor", "In Python `^` is no power: write `x ** 2`."),
    (
        r"return_types",
        "With a `dim`, `max`, `min`, `sort` and `topk` return two things: `.values` and `.indices`.",
    ),
    (
        r"one element tensors|cannot be converted to Scalar",
        "That takes one number, and this tensor holds several. torch's own functions take whole tensors.",
    ),
    (
        r"(and|type\(s\).*)'(builtin_function_or_method|method|function)'|^TypeError: '(builtin_function_or_method|"
        r"method|function)' object",
        "A function or method stands there uncalled: the round brackets are missing, as in `x.mean()`.",
    ),
    (
        r"^TypeError: '(torch\.Size|tuple|int|float|Tensor|torch\.dtype|list)' object is not callable",
        "The round brackets call something that is no function: `x.shape` goes without them, and a value named "
        "like a function hides it.",
    ),
    (
        r"'NoneType'",
        "Something there is None. A function without `return` gives None, `.grad` is None before `backward()`, "
        "and so is the `.bias` of a layer without one.",
    ),
    (
        r"before Module\.__init__\(\) call",
        "`super().__init__()` is missing as the first line of `__init__`.",
    ),
    (
        r'required "forward" function',
        "Is there a `def forward(self, x):`, spelt like this and indented to stand inside the class?",
    ),
    (
        r"allocate memory|^MemoryError",
        "That tensor is larger than the memory. Which of its axes should not be there?",
    ),
    (
        r"only for scalar outputs",
        "`backward()` starts from a single number: `.sum()` or `.mean()` comes first.",
    ),
    (
        r"through the graph a second time",
        "Each forward pass is good for one `backward()`: call it once, at the end.",
    ),
    (
        r"modified by an inplace operation|leaf Variable that requires grad",
        "A value that the gradient needs is overwritten. Instead of `+=`, `x[...] =` and names that end in `_`, "
        "make a new tensor: `x = x + 1`. A step of an optimizer belongs in `with torch.no_grad():`.",
    ),
    (
        r"does not require grad and does not have a grad_fn",
        "Nothing here asked for gradients: `requires_grad=True` is missing, or `.detach()`, `.item()`, NumPy or "
        "`torch.no_grad()` cut the graph.",
    ),
    (
        r"numpy\(\) on Tensor that requires grad",
        "NumPy knows no gradients: stay with torch's functions, or `.detach()` first where no gradient is needed.",
    ),
    (
        r"Dimension out of range",
        "The tensor has fewer axes than that `dim` supposes. Print its `.shape`.",
    ),
    (
        r"too many indices",
        "There are more indices in the square brackets than the tensor has axes. Print its `.shape`.",
    ),
    (
        r"same device",
        "The check works on the CPU: leave out `.cuda()` and `.to(...)`, or take the device of the input, `x.device`.",
    ),
    (
        r"out of bounds|out of range",
        "An index is too large for that axis: are these numbers meant for another one? Print them, and the `.shape`.",
    ),
    (
        r"1D target tensor expected|multi-target not supported",
        "The targets of a cross-entropy are class numbers of shape (n,), or probabilities in the shape of the scores.",
    ),
    (
        r"could not infer output dtype|Expected a floating point.*Got (Long|Int)|"
        r"only Tensors of floating point|not implemented for '(Long|Int|Bool)'",
        "Integers and booleans have no such operation: `.float()` makes fractions of them.",
    ),
    (
        r"^RuntimeError.*(size|shapes)",
        "Two shapes do not fit. Print `.shape` of each tensor in that line.",
    ),
    (
        r"^RuntimeError.*(dtype|Float|Long)",
        "Two dtypes do not go together. Print `.dtype` of each tensor in that line.",
    ),
)
_ARGUMENTS = r"^TypeError.*(positional argument|keyword-only argument|unexpected keyword argument)"


def advice(error: dict) -> str:
    """Return a sentence on an error as a record describes it ("type", "message", "line"), or ""."""
    text = f"{error['type']}: {error['message']}"
    if re.search(_ARGUMENTS, text, re.DOTALL):
        if error["line"]:
            return "That line calls a function with other arguments than it takes."
        return "The arguments that it takes are not those of the signature in the exercise."
    return next((words for pattern, words in _SENTENCES if re.search(pattern, text, re.DOTALL)), "")
