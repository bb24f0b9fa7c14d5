"""Early stopping as learners write it, wrong in one place each."""

import copy

import torch


class _Stopper:
    """Right early stopping, taken apart so that wrong ones differ in one place."""

    def __init__(self, patience):
        self.patience, self.waited = patience, 0
        self.best, self.state = float("inf"), None

    def step(self, validation_loss, model):
        if self.is_better(validation_loss):
            self.best, self.waited = validation_loss, 0
            self.keep(model)
        else:
            self.waited += 1
        return self.is_over()

    def is_better(self, loss):
        return loss < self.best

    def is_over(self):
        return self.waited >= self.patience

    def keep(self, model):
        self.state = copy.deepcopy(model.state_dict())

    def restore(self, model):
        model.load_state_dict(self.state)


class _Alias(_Stopper):
    def keep(self, model):
        self.state = model.state_dict()


class _LateByOne(_Stopper):
    def is_over(self):
        return self.waited > self.patience


class _AgainstPrevious(_Stopper):
    previous = float("inf")

    def step(self, validation_loss, model):
        if validation_loss < self.best:
            self.best = validation_loss
            self.keep(model)
        self.waited = 0 if validation_loss < self.previous else self.waited + 1
        self.previous = validation_loss
        return self.is_over()


class _BestIsPrevious(_Stopper):
    def step(self, validation_loss, model):
        over = super().step(validation_loss, model)
        self.best = validation_loss
        return over


class _NeverResets(_Stopper):
    def step(self, validation_loss, model):
        if self.is_better(validation_loss):
            self.best = validation_loss
            self.keep(model)
        else:
            self.waited += 1
        return self.is_over()


class _AcceptsEqual(_Stopper):
    def is_better(self, loss):
        return loss <= self.best


class _StartsAtOne(_Stopper):
    def __init__(self, patience):
        super().__init__(patience)
        self.best = 1.0

    def restore(self, model):
        if self.state is not None:
            super().restore(model)


class _ParametersOnly(_Stopper):
    def keep(self, model):
        self.state = [p.detach().clone() for p in model.parameters()]

    def restore(self, model):
        with torch.no_grad():
            for mine, kept in zip(model.parameters(), self.state, strict=True):
                mine.copy_(kept)


class _StartsAtOneAndFails(_StartsAtOne):
    def restore(self, model):
        model.load_state_dict(self.state)


class _EarlyByOne(_Stopper):
    def is_over(self):
        return self.waited >= self.patience - 1


class _AlwaysTwo(_Stopper):
    def is_over(self):
        return self.waited >= 2


class _WithoutPatience(_Stopper):
    def is_over(self):
        return self.waited > 0


class _CountsAll(_Stopper):
    epochs = 0

    def is_over(self):
        self.epochs += 1
        return self.epochs > self.patience


class _CountsUpTo(_Stopper):
    epochs = 0

    def is_over(self):
        self.epochs += 1
        return self.epochs >= self.patience


class _OnlyTrue(_Stopper):
    def is_over(self):
        return True if super().is_over() else None


class _WantsMore(_Stopper):
    def is_better(self, loss):
        return loss < self.best - 0.001


class _ZeroIsNothing(_Stopper):
    def is_better(self, loss):
        return not self.best or super().is_better(loss)


class _HigherIsBetter(_Stopper):
    def is_better(self, loss):
        return self.state is None or loss > self.best


class _LeavesEval(_Stopper):
    def is_over(self):
        self.model.eval()
        return super().is_over()

    def step(self, validation_loss, model):
        self.model = model
        return super().step(validation_loss, model)


class _KeepsLast(_Stopper):
    def step(self, validation_loss, model):
        over = super().step(validation_loss, model)
        self.state = copy.deepcopy(model.state_dict())
        return over
