#pragma once
#include <napi.h>

#include <map>
#include <string>

#include "core/tensor.h"

namespace sidestep::binding {

/// {dtype, shape, data: TypedArray} to a view of its memory. Throws native/shape-mismatch or native/dtype-mismatch when the
/// array's kind or length does not fit. The caller keeps the object referenced while the view is used.
ConstTensor tensor_from_value(const std::string& name, const Napi::Value& value);

/// Hands the memory over to JavaScript without a copy; it is freed when the array is collected.
Napi::Object value_from_tensor(Napi::Env env, const Storage& storage);

}  // namespace sidestep::binding
