#!/usr/bin/env python3
"""Writes the tables that the pricing is tested against: `pip install mpmath`, then run it without arguments.

Every value is computed with 1,500 bits, by the formulas as they are written in books and by nothing that the crate does:
the normal distribution by mpmath's erfc, the put by K Phi(-d2) - S Phi(-d1), the everlasting put by
K/u (S/K)^((1 -+ u)/2). The seed is fixed, so a run gives the committed files again.

`generate.py --constants` prints the constants in the source.
"""

import random
import sys
from pathlib import Path

from mpmath import erfc, exp, floor, ln, mp, mpf, nint, pi, sqrt

mp.prec = 1500
WAD = 10**18
YEAR = 365 * 86400
LARGEST = 2**112 - 1
HERE = Path(__file__).parent


def tail(x):
    """Phi(-x)."""
    return erfc(x / sqrt(mpf(2))) / 2


def put(spot, strike, sigma, seconds):
    v = mpf(sigma) / WAD * sqrt(mpf(seconds) / YEAR)
    d1 = ln(mpf(spot) / strike) / v + v / 2
    return strike * tail(d1 - v) - spot * tail(d1)


def everlasting(spot, strike, sigma, seconds):
    """u and the time value."""
    variance = (mpf(sigma) / WAD) ** 2 * seconds / YEAR
    u = sqrt(1 + 8 / variance)
    sign = -1 if spot >= strike else 1
    return u, strike / u * (mpf(spot) / strike) ** ((1 + sign * u) / 2)


def thousandths(x):
    """A decimal with three places: the tests need to know how near a whole number a value is."""
    whole = floor(x)
    return f"{int(whole)}.{int(floor((x - whole) * 1000)):03d}"


def log_uniform(source, low, high):
    return min(max(int(mpf(low) * (mpf(high) / low) ** mpf(source.random())), low), high)


def inputs(source, index):
    """Mostly what markets have; every tenth point anything at all; every tenth where time value is left."""
    sigma = log_uniform(source, WAD // 100, 10 * WAD)
    seconds = log_uniform(source, 1, 5 * YEAR)
    spot = log_uniform(source, 1, LARGEST)
    if index % 10 == 0:
        return spot, log_uniform(source, 1, LARGEST), sigma, seconds
    if index % 10 == 1:
        width = mpf(sigma) / WAD * sqrt(mpf(seconds) / YEAR)
        ratio = exp(width * mpf(source.uniform(-8, 8)))
    elif index % 10 < 6:
        ratio = mpf(10) ** mpf(source.uniform(-3, 3))
    else:
        ratio = mpf(10) ** mpf(source.uniform(-0.3, 0.3))
    if index % 2:
        spot = log_uniform(source, WAD // 1000, 1_000_000 * WAD)
    return spot, min(max(int(spot * ratio), 1), LARGEST), sigma, seconds


def write(name, head, rows):
    lines = [f"# {head}"] + [" ".join(str(cell) for cell in row) for row in rows]
    (HERE / name).write_text("\n".join(lines) + "\n")


def put_rows():
    source = random.Random(20_260_101)
    for index in range(10_000):
        point = inputs(source, index)
        yield *point, thousandths(put(*point))


def everlasting_rows():
    source = random.Random(20_260_102)
    for index in range(500):
        point = inputs(source, index)
        u, time_value = everlasting(*point)
        yield *point, int(nint(u * WAD)), thousandths(time_value)


def normal_rows():
    source = random.Random(20_260_103)
    grid = range(-13 * WAD, 13 * WAD + 1, WAD // 8)
    for x in [*grid, *(source.randint(-9 * WAD, 9 * WAD) for _ in range(400))]:
        value = tail(-mpf(x) / WAD)
        yield x, thousandths(value * WAD), hex(int(nint(value * 2**127)))


def ln_rows():
    source = random.Random(20_260_104)
    for x in [1, WAD - 1, WAD, WAD + 1, 2**128 - 1, *(log_uniform(source, 1, 2**128 - 1) for _ in range(500))]:
        yield x, thousandths(ln(mpf(x) / WAD) * WAD)


def exp_rows():
    source = random.Random(20_260_105)
    limits = [-42 * WAD, -1, 0, 1, 47_272 * WAD // 1000]
    for x in [*limits, *(source.randint(-42 * WAD, 47_272 * WAD // 1000) for _ in range(500))]:
        yield x, thousandths(exp(mpf(x) / WAD) * WAD)


def digits(x):
    text = f"{int(nint(x)):032x}"
    return "0x" + "_".join(text[at : at + 4] for at in range(0, 32, 4))


def print_constants():
    for name, value in [
        ("LN_2", ln(mpf(2)) * 2**128),
        ("LOG2_E", 2**127 / ln(mpf(2))),
        ("PER_WAD", mpf(2) ** 186 / WAD),
        ("DENSITY", 2**128 / sqrt(2 * pi)),
        ("PER_WAD_SQUARED_AND_YEAR", mpf(2) ** 272 / (mpf(WAD) ** 2 * YEAR)),
        *((f"tail_at({j})", exp(mpf(j) ** 2 / 8) * tail(mpf(j) / 2) * 2**128) for j in range(27)),
    ]:
        print(name, digits(value))


if sys.argv[1:] == ["--constants"]:
    print_constants()
else:
    write("put.txt", "spot strike sigma seconds value", put_rows())
    write("everlasting.txt", "spot strike sigma seconds u time-value", everlasting_rows())
    write("normal.txt", "x cdf, and with 127 binary places", normal_rows())
    write("ln.txt", "x ln(x)", ln_rows())
    write("exp.txt", "x exp(x)", exp_rows())
