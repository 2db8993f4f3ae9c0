#include <cstring>
#include <set>

#include "core/error.h"
#include "core/json.h"
#include "core/new_file.h"
#include "core/safetensors.h"

namespace sidestep {
namespace {

std::string quoted(const std::string& text) { return Json(text).dump(); }

std::string make_header(const std::vector<NamedTensor>& tensors, const std::map<std::string, std::string>& metadata) {
  std::string header = "{";
  if (!metadata.empty()) {
    Json::Object words;
    for (const auto& [key, value] : metadata) words.emplace(key, value);
    header += "\"__metadata__\":" + Json(std::move(words)).dump() + (tensors.empty() ? "" : ",");
  }
  size_t offset = 0;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const auto& [name, tensor] = tensors[i];
    std::string shape = tensor.shape().to_string();
    std::erase(shape, ' ');
    const size_t end = offset + tensor.bytes();
    header += (i == 0 ? "" : ",") + quoted(name) + ":{\"dtype\":\"" + std::string(dtype_name(tensor.dtype())) +
              "\",\"shape\":" + shape + ",\"data_offsets\":[" + std::to_string(offset) + "," + std::to_string(end) + "]}";
    offset = end;
  }
  header += "}";
  header.append((8 - header.size() % 8) % 8, ' ');  // the data starts aligned
  return header;
}

void check_tensors(const std::vector<NamedTensor>& tensors) {
  std::set<std::string> names;
  for (const auto& [name, tensor] : tensors) {
    if (!tensor || tensor.device().kind != DeviceKind::cpu)
      throw Error("native/file-unwritable", "Tensor " + name + " must be in host memory to be written");
    if (name == "__metadata__" || !names.insert(name).second)
      throw Error("native/file-unwritable", "Tensor name " + name + " is taken");
  }
}

void gather(const std::byte* source, const Shape& shape, const Shape& strides, int dim, size_t element, std::byte*& out) {
  if (dim == shape.rank()) {
    std::memcpy(out, source, element);
    out += element;
    return;
  }
  for (int64_t i = 0; i < shape[dim]; ++i)
    gather(source + i * strides[dim] * static_cast<int64_t>(element), shape, strides, dim + 1, element, out);
}

void write_tensor(NewFile& file, ConstTensor tensor) {
  if (tensor.contiguous()) return file.write(tensor.raw(), tensor.bytes());
  std::vector<std::byte> dense(tensor.bytes());
  std::byte* out = dense.data();
  gather(tensor.data<std::byte>(), tensor.shape(), tensor.strides(), 0, dtype_size(tensor.dtype()), out);
  file.write(dense.data(), dense.size());
}

}  // namespace

void write_safetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  check_tensors(tensors);
  const std::string header = make_header(tensors, metadata);
  std::array<unsigned char, 8> size{};
  for (size_t i = 0; i < 8; ++i) size[i] = static_cast<unsigned char>(static_cast<uint64_t>(header.size()) >> (8 * i));
  NewFile file(path);
  file.write(size.data(), size.size());
  file.write(header.data(), header.size());
  for (const NamedTensor& entry : tensors) write_tensor(file, entry.tensor);
  file.publish();
}

}  // namespace sidestep
