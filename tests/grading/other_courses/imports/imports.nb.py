# %% test before 1
assert 1 + 1 == 2
# %%
import leaves
# %% test after_leaving 1
assert 2 + 2 == 4
# %% test leaves 1
import leaves
# %% test raises 1
import raises
# %% test interrupts 1
import interrupts
# %% test exits 1
import exits_hard_if_asked
# %% test missing 1
import no_such_module_anywhere
# %% test optional 1
try:
    import no_such_module_anywhere
except ImportError:
    no_such_module_anywhere = None
# %% test tolerated 1
try:
    import raises
except RuntimeError:
    pass
# %% test prints 1
import prints
# %% test warns 1
import warns
# %% test patches 1
import patches

assert patches.before is not None
# %% answer after
### BEGIN SOLUTION
value = 3
### END SOLUTION
# %% wrong after
value = 4
# %% test after_all 1
assert value == 3
# %% test like_a_library 1
import statistics

assert statistics.MINE
# %% test like_a_heavy_library 1
import torch

assert torch.MINE
# %% test like_a_plotting_library 1
import seaborn

assert seaborn.MINE
# %% test system_exit 1
raise SystemExit(0)
# %% test sys_exit 1
import sys

sys.exit("no")
# %% test interrupted 1
raise KeyboardInterrupt
# %% test still_here 1
assert value in (3, 4)
# %% test quits 1
quit_later = quit
assert callable(quit)
# %% test last 1
assert value == 3
