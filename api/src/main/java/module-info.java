/** What people program against: Model, Tensor, Options. */
module dev.quern {
}
