#include "binding/tensor_value.h"

#include "core/error.h"

namespace sidestep::binding {

namespace {

/// The table of dtypes that cross the boundary: the string in JavaScript and the kind of array that carries it.
struct Crossing {
  DType dtype;
  napi_typedarray_type array;
};
constexpr Crossing kCrossings[] = {
    {DType::f32, napi_float32_array}, {DType::bf16, napi_uint16_array},   {DType::f16, napi_uint16_array},
    {DType::f64, napi_float64_array}, {DType::i64, napi_bigint64_array},  {DType::i32, napi_int32_array},
    {DType::u8, napi_uint8_array},    {DType::boolean, napi_uint8_array},
};

const Crossing& crossing_named(const std::string& tensor, const std::string& name) {
  for (const Crossing& crossing : kCrossings)
    if (name == dtype_name(crossing.dtype)) return crossing;
  throw Error("native/dtype-mismatch", "Input \"" + tensor + "\": unknown dtype \"" + name + "\"");
}

const Crossing& crossing_of(DType dtype) {
  for (const Crossing& crossing : kCrossings)
    if (crossing.dtype == dtype) return crossing;
  throw Error("native/dtype-mismatch", "No array type carries " + std::string(dtype_name(dtype)));
}

Shape shape_from_value(const std::string& name, const Napi::Value& value) {
  if (!value.IsArray()) throw Error("native/shape-mismatch", "Input \"" + name + "\": expected shape to be an array");
  const Napi::Array array = value.As<Napi::Array>();
  if (array.Length() > static_cast<uint32_t>(kMaxRank))
    throw Error("native/shape-mismatch", "Input \"" + name + "\": more than " + std::to_string(kMaxRank) + " dimensions");
  std::vector<int64_t> dims;
  double numel = 1;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    const Napi::Value extent = array[i];
    const double found = extent.IsNumber() ? extent.As<Napi::Number>().DoubleValue() : -1;
    numel *= found;
    if (!(found >= 0 && found < 9e15 && numel < 9e15) || found != static_cast<double>(static_cast<int64_t>(found)))
      throw Error("native/shape-mismatch", "Input \"" + name + "\": dimension " + std::to_string(i) + " is no size");
    dims.push_back(static_cast<int64_t>(found));
  }
  return Shape(dims);
}

}  // namespace

ConstTensor tensor_from_value(const std::string& name, const Napi::Value& value) {
  if (!value.IsObject()) throw Error("native/input-missing", "Input \"" + name + "\": expected {dtype, shape, data}");
  const Napi::Object object = value.As<Napi::Object>();
  const Napi::Value dtype = object.Get("dtype"), data = object.Get("data");
  if (!dtype.IsString() || !data.IsTypedArray())
    throw Error("native/input-missing", "Input \"" + name + "\": expected {dtype: string, shape, data: TypedArray}");
  const Crossing& crossing = crossing_named(name, dtype.As<Napi::String>().Utf8Value());
  const Napi::TypedArray array = data.As<Napi::TypedArray>();
  const Shape shape = shape_from_value(name, object.Get("shape"));
  if (array.TypedArrayType() != crossing.array)
    throw Error("native/dtype-mismatch",
                "Input \"" + name + "\": this kind of array does not carry " + std::string(dtype_name(crossing.dtype)));
  if (static_cast<size_t>(shape.numel()) != array.ElementLength())
    throw Error("native/shape-mismatch", "Input \"" + name + "\": " + shape.to_string() + " needs " +
                                             std::to_string(shape.numel()) + " elements but the array has " +
                                             std::to_string(array.ElementLength()));
  auto* bytes = static_cast<std::byte*>(array.ArrayBuffer().Data());
  return ConstTensor(bytes == nullptr ? nullptr : bytes + array.ByteOffset(), crossing.dtype, shape);
}

Napi::Object value_from_tensor(Napi::Env env, const Storage& storage) {
  const Tensor& tensor = storage.tensor();
  auto* keeper = new Storage(storage);  // owned by the finalizer below, which always runs
  const Napi::ArrayBuffer buffer = Napi::ArrayBuffer::New(
      env, tensor.raw(), tensor.bytes(), [](Napi::Env, void*, Storage* kept) { delete kept; }, keeper);
  napi_value array = nullptr;
  const napi_status status =
      napi_create_typedarray(env, crossing_of(tensor.dtype()).array, static_cast<size_t>(tensor.numel()), buffer, 0, &array);
  if (status != napi_ok) throw Napi::Error::New(env);
  Napi::Array shape = Napi::Array::New(env);
  for (int i = 0; i < tensor.rank(); ++i) shape.Set(static_cast<uint32_t>(i), static_cast<double>(tensor.dim(i)));
  Napi::Object object = Napi::Object::New(env);
  object.Set("dtype", std::string(dtype_name(tensor.dtype())));
  object.Set("shape", shape);
  object.Set("data", Napi::Value(env, array));
  return object;
}

}  // namespace sidestep::binding
