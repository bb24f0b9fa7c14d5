"""What is known of Python's and the libraries' functions: which change nothing, draw, set a state or use files."""

# ruff: noqa: SIM905 - words in a row are easier to read than a column of strings
import builtins
import re

PURE_BUILTINS = frozenset(
    "abs bool bytes callable chr complex float format frozenset hasattr hash id int isinstance issubclass len "
    "object ord pow print range repr round str super type".split()
) | {n for n in dir(builtins) if n.endswith(("Error", "Warning", "Exception"))}
UNDECIDABLE = frozenset(
    "exec eval compile globals locals vars dir __import__ get_ipython breakpoint input inspect importlib gc "
    "ctypes builtins In Out _ih _oh _dh __builtins__ __main__".split()
)
UNDECIDABLE_ATTRIBUTES = frozenset(
    "__dict__ __globals__ __code__ __closure__ __defaults__ "
    "__kwdefaults__ __wrapped__ _getframe f_globals f_locals".split()
)
HARMLESS_OF_SYS = frozenset(
    "maxsize float_info version version_info getsizeof byteorder platform stdout".split()
)
IN_PLACE = re.compile(
    r".*[^_]_$|register|__(set|del)\w+__$|__i(add|sub|mul|matmul|truediv|floordiv|mod|pow|and|or|xor|lshift|rshift)__$"
)
LAST_OUTPUTS = re.compile(r"_{1,3}$|_i{1,3}$|_i?\d+$")

# Of these packages it is known what their functions do: nothing to their arguments but where the name says so.
PURE_PACKAGES = frozenset(
    "torch numpy math cmath copy itertools functools collections operator statistics string re time datetime "
    "typing dataclasses enum abc fractions decimal contextlib textwrap pprint json struct types numbers".split()
)
# Of these, that they keep no state of their own that another cell could see; what is passed to them may change.
KNOWN_PACKAGES = PURE_PACKAGES | frozenset(
    "helpers matplotlib IPython ipywidgets tqdm sklearn scipy PIL random warnings os pathlib tempfile io shutil "
    "pickle csv zipfile heapq bisect queue weakref pandas seaborn".split()
)
SETTING = re.compile(
    r"(set_(?!index)|use_|enable_|disable_|register_|rc|_set_|add_safe_globals|load_library)|"
    r"(use|ion|ioff|seterr|seterrcall|filterwarnings|simplefilter|resetwarnings|showwarning|chdir|umask|putenv|"
    r"unsetenv|update|setdefault|pop|clear|append|insert|extend|remove|register|unregister|setlocale|tzset|"
    r"manual_seed_all|switch_backend|style|xkcd|init_process_group|set|setrecursionlimit|nice|kill|_exit|fork|"
    r"system|popen|config|configure|basicConfig|load_inline|compile)$"
)
CHANGING = frozenset(
    "put copyto place putmask fill_diagonal shuffle setitem delitem iadd imul isub iconcat setattr delattr "
    "heappush heappop heapify heapreplace heappushpop insort insort_left insort_right backward save "
    "reduce accumulate deque chain islice tee cycle starmap groupby pairwise consume next iter singledispatch "
    "cache lru_cache cached_property patch object default_collate fork vector_to_parameters functional_call "
    "run_backward grad stack_module_state share_memory".split()
)
FILE_CALLS = frozenset(
    "open save load savez savez_compressed savetxt loadtxt genfromtxt fromfile tofile memmap savefig imread "
    "imsave exists is_file is_dir isfile isdir listdir iterdir scandir walk glob rglob read_text write_text "
    "read_bytes write_bytes mkdir makedirs unlink rmdir remove rename replace_file touch stat getsize copyfile "
    "copytree rmtree move dump to_csv read_csv from_file mkstemp mkdtemp NamedTemporaryFile symlink link".split()
)
DRAWING = re.compile(
    r"rand|normal|uniform|bernoulli|multinomial|poisson|dropout|shuffle|choice|permut|sampl|seed|init|gauss|"
    r"beta|gamma|expovariate|exponential|cauchy|geometric|binomial|rng|[A-Z]"
)
SEEDS = {"torch.manual_seed": "torch", "numpy.random.seed": "numpy", "random.seed": "random"}
# Methods that leave their object as it was, whatever it is among tensors, arrays, text and containers.
PURE_METHODS = frozenset(
    "abs all allclose any amax amin aminmax argmax argmin argsort astype bincount bmm ceil chunk clamp clip "
    "clone conj contiguous cos cosh cov cross cummax cumprod cumsum detach diag diagonal diff dim div dot "
    "element_size eq equal erf exp expand expand_as expm1 flatten flip floor fmod ge gt histc imag inverse "
    "is_contiguous is_floating_point isclose isfinite isinf isnan item kthvalue le lerp log log10 log1p log2 "
    "log_softmax logical_and logical_not logical_or logit logsumexp lt masked_fill matmul maximum mean median "
    "min max minimum mm mode mul multiply movedim mv nan_to_num nansum narrow ndimension ne neg new_ones "
    "new_tensor new_zeros nonzero norm numel numpy ones_like outer permute pow prod quantile ravel real "
    "reciprocal relu repeat repeat_interleave reshape roll round rsqrt select sigmoid sign sin sinh size softmax "
    "split sqrt square squeeze std storage_offset stride sub subtract sum swapaxes t take take_along_dim tan "
    "tanh tile tolist topk transpose tril triu true_divide trunc unbind unfold unique unsqueeze var view "
    "view_as where get items keys values copy count startswith endswith strip lstrip rstrip splitlines lower "
    "upper title capitalize join replace format ljust rjust center zfill isdigit isalpha find rfind partition "
    "encode decode removeprefix removesuffix named_parameters parameters named_buffers buffers named_modules "
    "modules named_children children get_submodule union intersection difference issubset issuperset".split()
)
HARMLESS_DECORATORS = frozenset(
    "no_grad inference_mode enable_grad staticmethod property dataclass override abstractmethod "
    "total_ordering".split()
)
