#pragma once
#include <string>

#include "core/error.h"
#include "core/names.h"

namespace sidestep::binding {

/// The value that a parameter names. Throws native/argument-invalid: which parameter, what it may be, what it is.
template <typename E, size_t N>
E named_value(const std::string& param, const std::string& name, const Names<E, N>& names) {
  if (const E* found = names.find(name)) return *found;
  throw Error("native/argument-invalid", "Expected " + param + " to be one of " + names.listed() + " but found \"" + name + "\"");
}

}  // namespace sidestep::binding
