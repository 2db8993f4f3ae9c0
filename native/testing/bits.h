#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/tensor.h"

namespace sidestep::testing {

/// From now on the operands of every op of Device::cpu enter the running test's digest after the op, read and written ones alike:
/// what a model, a training step or a schedule hands to an op counts as well as what the op makes of it. Under instruction sets
/// whose bits are promised to be equal, digests are equal (scripts/compare-bits.sh).
void digest_ops();

/// Adds a result that no op sees. Nothing unless `digest_ops` was called.
void add_to_digest(const ConstTensor& values);
void add_to_digest(std::span<const double> values);
void add_to_digest(std::span<const float> values);

/// The digest since the last call. The order of ops does not enter: threads may run them in any.
uint64_t take_digest();

}  // namespace sidestep::testing
