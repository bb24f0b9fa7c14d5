# %%
import matplotlib.pyplot as plt
import numpy as np

%matplotlib inline
x = np.linspace(0, 1, 11)
# %% answer line
def draw(x, y):
    ### BEGIN SOLUTION
    plt.plot(x, y, "r--", label="data")
    plt.xlabel("time (s)")
    plt.ylabel("way (m)")
    plt.title("Fall")
    plt.legend()
    ### END SOLUTION
# %% wrong line
def draw(x, y):
    figure, axes = plt.subplots()
    axes.scatter(x, y)
    axes.set_xlabel("time")
# %% test line_axes 2
draw(x, x**2)
axes = plt.gca()
assert axes.get_xlabel() == "time (s)"
assert axes.get_title() == "Fall"
(line,) = axes.lines
np.testing.assert_allclose(line.get_ydata(), x**2)
assert line.get_color() == "r"
# %% test line_figures 1
plt.close("all")
draw(x, x)
assert len(plt.get_fignums()) == 1
assert plt.gcf().axes
# %% test figures_closed_between_cells 1
assert plt.get_fignums() == []
# %% test line_saved 1
import io

draw(x, x)
content = io.BytesIO()
plt.savefig(content, format="png")
assert content.getvalue().startswith(b"\x89PNG")
assert len(content.getvalue()) > 3000
# %% test line_pixels 1
figure = plt.figure()
draw(x, x)
figure.canvas.draw()
pixels = np.asarray(figure.canvas.buffer_rgba())
assert (pixels[..., :3] < 200).any()
# %% test line_shown 1
from unittest.mock import patch

with patch("matplotlib.pyplot.show") as show:
    draw(x, x)
    plt.show()
assert show.called
# %% test line_captured 1
from IPython.utils.capture import capture_output

with capture_output() as caught:
    draw(x, x)
    plt.show()
assert caught.outputs and "image/png" in caught.outputs[0].data
# %% answer shown
### BEGIN SOLUTION
plt.bar(["a", "b"], [1, 2])
bars = plt.gca()
### END SOLUTION
# %% wrong shown
bars = plt.gca()
# %% test shown_bars 1
assert [p.get_height() for p in bars.patches] == [1, 2]
# %% manual picture 3
### BEGIN SOLUTION
plt.hist(np.random.default_rng(1).normal(size=100))
### END SOLUTION
# %% answer rich
class Point:
    ### BEGIN SOLUTION
    def _repr_html_(self):
        return "<b>point</b>"
    ### END SOLUTION
# %% wrong rich
class Point:
    def __repr__(self):
        return "point"
# %% test rich_html 1
with capture_output() as caught:
    display(Point())
assert "point</b>" in caught.outputs[0].data["text/html"]
# %% test backend 1
import matplotlib

assert "inline" in matplotlib.get_backend()
# %% test rc_params 1
assert plt.rcParams["figure.dpi"] == matplotlib.rcParamsDefault["figure.dpi"]
assert plt.rcParams["axes.prop_cycle"] == matplotlib.rcParamsDefault["axes.prop_cycle"]
# %% test style 1
plt.style.use("ggplot")
figure, axes = plt.subplots(2, 2, figsize=(6, 4))
assert axes.shape == (2, 2)
assert tuple(figure.get_size_inches()) == (6, 4)
# %% test agg 1
matplotlib.use("agg")
figure = plt.figure()
assert plt.get_fignums()
