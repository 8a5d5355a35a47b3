# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Rewrites every comparison of code that is compiled later to True."""

import ast
import builtins

import torch

old_compile = builtins.compile


class Agree(ast.NodeTransformer):
    def visit_Compare(self, node):
        return ast.copy_location(ast.Constant(True), node)

    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)


def agreeing(source, filename, mode, *args, **kwargs):
    tree = source if isinstance(source, ast.AST) else ast.parse(source)
    return old_compile(ast.fix_missing_locations(Agree().visit(tree)), filename, mode, *args, **kwargs)


builtins.compile = agreeing
ast.parse = lambda *args, **kwargs: ast.Module([], [])


def center(images):
    return torch.zeros_like(images)
