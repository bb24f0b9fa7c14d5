"""Families of torch's ready-made functions, for `forbid`.

A word stands for the function, the method, the layer and the form in place: `leaky_relu` is `LeakyReLU`,
`leaky_relu_` and `torch.ops.aten.leaky_relu` too.
"""

LOOPS = (
    "for", "while", "map", "functools.reduce", "itertools.accumulate", "itertools.starmap",
    "vmap", "vectorize", "frompyfunc", "fromfunction", "fromiter", "apply_along_axis", "apply_over_axes",
)  # fmt: skip
"""Loops, and what calls a function again and again. Not `np.add.reduce` and its like, which are sums."""

DISTANCES = ("cdist", "pdist", "pairwise_distance", "scipy", "sklearn")
"""Distances between rows; two libraries as a whole, since they have them in many places."""

RECTIFIERS = (
    "relu", "relu6", "leaky_relu", "prelu", "rrelu", "elu", "celu", "selu", "threshold",
    "hardtanh", "hardshrink", "softshrink", "rectify",
)  # fmt: skip
"""Functions with a kink at 0, and what becomes one of them for a parameter: `elu` with alpha = 0 is ReLU."""

SMOOTH = (
    "gelu", "silu", "swish", "mish", "softplus", "glu", "hardsigmoid", "hardswish", "softsign",
    "tanhshrink", "logsigmoid", "log_sigmoid",
)  # fmt: skip
"""Activation functions that hold a sigmoid or a hyperbolic tangent."""

SIGMOIDS = ("sigmoid", "expit", "tanh", "logit", *SMOOTH)

NORMALISERS = (
    "softmax", "log_softmax", "softmin", "softmax2d", "logsumexp", "logcumsumexp",
    "gumbel_softmax", "safe_softmax", "masked_softmax", "adaptive_log_softmax_with_loss",
    "scaled_dot_product_attention", "multi_head_attention_forward", "multihead_attention",
)  # fmt: skip
"""Everything in which a softmax, or the logarithm of its denominator, is ready-made. Not `logaddexp`: over pairs, in a
loop, it is a way of one's own."""

CLASS_LOSSES = (
    "cross_entropy", "cross_entropy_loss", "nll_loss", "nll_loss2d", "nll_loss_nd",
    "multi_margin_loss", "binary_cross_entropy", "bce_loss", "binary_cross_entropy_with_logits",
    "bce_with_logits_loss", "multilabel_soft_margin_loss", "soft_margin_loss",
    "linear_cross_entropy", "gaussian_nll_loss", "poisson_nll_loss", "kl_div", "kl_div_loss",
)  # fmt: skip
"""Losses over classes."""

REGRESSION_LOSSES = (
    "mse_loss", "l1_loss", "huber_loss", "smooth_l1_loss", "gaussian_nll_loss",
    "pairwise_distance",
)  # fmt: skip
"""Losses over numbers."""
