# exercise: exercise3
# base: solution
# select: sigmoid_is or mnist_loss_is
# expect: sigmoid=PASSED
"""Takes torch's own function, whose signature cannot be read."""


sigmoid = torch.sigmoid
