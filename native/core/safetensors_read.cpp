#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string_view>

#include "core/error.h"
#include "core/json.h"
#include "core/mapped_file.h"
#include "core/path_text.h"
#include "core/safetensors.h"

namespace sidestep {
namespace {

constexpr uint64_t kMaxHeaderBytes = 100'000'000;  // the limit of the reference implementation

struct Range {
  uint64_t begin, end;
  std::string name;
};

[[noreturn]] void invalid(const std::filesystem::path& path, const std::string& what) {
  throw Error("native/safetensors-invalid", utf8_of(path) + ": " + what,
              "The file is damaged or was not written completely; fetch or export it again.");
}

std::string in_tensor(const std::string& name, const std::string& what) { return "tensor " + name + ": " + what; }

std::optional<DType> dtype_named(const std::string& name) {
  for (const DType dtype : {DType::f32, DType::bf16, DType::f16, DType::f64, DType::i64, DType::i32, DType::u8, DType::boolean})
    if (dtype_name(dtype) == name) return dtype;
  return std::nullopt;
}

// The byte count of a header whose size has been checked against the file.
uint64_t header_size(const std::filesystem::path& path, std::span<const std::byte> file) {
  if (file.size() < 8) invalid(path, "expected at least 8 bytes but found " + std::to_string(file.size()));
  uint64_t size = 0;
  for (size_t i = 0; i < 8; ++i) size |= static_cast<uint64_t>(file[i]) << (8 * i);
  if (std::string_view(reinterpret_cast<const char*>(file.data()), file.size()).starts_with("version https://git-lfs"))
    throw Error("native/safetensors-invalid", utf8_of(path) + " is a Git LFS pointer: the text that stands in for a large file",
                "Run `git lfs pull` in its repository, or download the file itself.");
  if (size > kMaxHeaderBytes || size > file.size() - 8)
    invalid(path, "the header claims " + std::to_string(size) + " bytes; the file has " + std::to_string(file.size() - 8) +
                      " after its first 8, and at most " + std::to_string(kMaxHeaderBytes) + " are allowed");
  return size;
}

uint64_t whole_number(const Json& value) {
  const int64_t number = value.as_int();
  if (number < 0) throw Error("native/json-type", "Expected no negative number but found " + std::to_string(number));
  return static_cast<uint64_t>(number);
}

Shape read_shape(const Json& value) {
  std::vector<int64_t> dims;
  for (const Json& extent : value.as_array()) dims.push_back(static_cast<int64_t>(whole_number(extent)));
  return Shape(dims);
}

// shape × dtype size, or nothing when it exceeds 64 bits: the product is compared, so it must not wrap.
std::optional<uint64_t> byte_count(const Shape& shape, DType dtype) {
  uint64_t bytes = dtype_size(dtype);
  for (int i = 0; i < shape.rank(); ++i)
    if (__builtin_mul_overflow(bytes, static_cast<uint64_t>(shape[i]), &bytes)) return std::nullopt;
  return bytes;
}

struct Entry {
  Range range;
  ConstTensor tensor;
};

Entry read_entry(const std::filesystem::path& path, const std::string& name, const Json& header,
                 std::span<const std::byte> data) {
  const std::string& dtype_text = header.at("dtype").as_string();
  const std::optional<DType> dtype = dtype_named(dtype_text);
  if (!dtype) invalid(path, in_tensor(name, "dtype " + dtype_text + " is not supported"));
  const Shape shape = read_shape(header.at("shape"));
  const Json::Array& offsets = header.at("data_offsets").as_array();
  if (offsets.size() != 2)
    invalid(path, in_tensor(name, "expected two data_offsets but found " + std::to_string(offsets.size())));
  const uint64_t begin = whole_number(offsets[0]), end = whole_number(offsets[1]);
  if (begin > end || end > data.size())
    invalid(path, in_tensor(name, "data_offsets " + std::to_string(begin) + ".." + std::to_string(end) + " lie outside the " +
                                      std::to_string(data.size()) + " bytes of data"));
  const std::optional<uint64_t> expected = byte_count(shape, *dtype);
  if (!expected || *expected != end - begin)
    invalid(path, in_tensor(name, dtype_text + " " + shape.to_string() + " does not fit its " + std::to_string(end - begin) +
                                      " bytes"));
  return {{begin, end, name}, ConstTensor(data.data() + begin, *dtype, shape)};
}

// Every byte of the data belongs to exactly one tensor.
void check_cover(const std::filesystem::path& path, std::vector<Range> ranges, uint64_t data_bytes) {
  std::sort(ranges.begin(), ranges.end(),
            [](const Range& a, const Range& b) { return a.begin != b.begin ? a.begin < b.begin : a.end < b.end; });
  uint64_t covered = 0;
  for (const Range& range : ranges) {
    if (range.begin < covered) invalid(path, in_tensor(range.name, "its bytes overlap another tensor's"));
    if (range.begin > covered)
      invalid(path, in_tensor(range.name, "there is a hole of " + std::to_string(range.begin - covered) + " bytes before it"));
    covered = range.end;
  }
  if (covered != data_bytes)
    invalid(path, "the tensors take " + std::to_string(covered) + " bytes but " + std::to_string(data_bytes) + " are there");
}

}  // namespace

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path) : path_(path) {
  const MappedFile file = map_file(path);
  mapping_ = file.owner;
  const uint64_t size = header_size(path, file.bytes);
  const std::string_view text(reinterpret_cast<const char*>(file.bytes.data()) + 8, size);
  const std::span<const std::byte> data = file.bytes.subspan(8 + size);
  std::vector<Range> ranges;
  try {
    const Json header = Json::parse(text, utf8_of(path.filename()) + " header");
    for (const auto& [name, value] : header.as_object()) {
      if (name == "__metadata__") {
        for (const auto& [key, word] : value.as_object()) metadata_[key] = word.as_string();
        continue;
      }
      Entry entry = read_entry(path, name, value, data);
      ranges.push_back(std::move(entry.range));
      tensors_.emplace(name, entry.tensor);
    }
  } catch (const Error& error) {
    if (error.code() == "native/safetensors-invalid") throw;
    invalid(path, error.message());
  }
  check_cover(path, std::move(ranges), data.size());
}

std::vector<std::string> SafetensorsFile::names() const {
  std::vector<std::string> names;
  names.reserve(tensors_.size());
  for (const auto& [name, tensor] : tensors_) names.push_back(name);
  return names;
}

ConstTensor SafetensorsFile::tensor(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) throw Error("native/tensor-missing", utf8_of(path_) + " has no tensor " + name);
  return found->second;
}

}  // namespace sidestep
