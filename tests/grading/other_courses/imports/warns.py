import warnings
warnings.warn('old')
