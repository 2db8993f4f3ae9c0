#include "core/relief.h"

#include <utility>

namespace sidestep {
namespace {

thread_local ReliefScope* innermost = nullptr;

}  // namespace

ReliefScope::ReliefScope(Relief relief) : relief_(std::move(relief)), outer_(std::exchange(innermost, this)) {}
ReliefScope::~ReliefScope() { innermost = outer_; }

bool relieve(size_t bytes) {
  ReliefScope* const asked = std::exchange(innermost, nullptr);
  const bool given = asked != nullptr && asked->relief_(bytes);
  innermost = asked;
  return given;
}

}  // namespace sidestep
