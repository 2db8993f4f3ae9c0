#pragma once

namespace sidestep {

/// Raised whenever a change of the engine can change the bits of any result: it is part of every fingerprint, so cached
/// tensors of older numerics are never mixed with new ones.
constexpr int kNumericsVersion = 5;
/// Raised whenever the functions the addon offers change; src/native refuses another one.
constexpr int kBindingVersion = 7;

}  // namespace sidestep
