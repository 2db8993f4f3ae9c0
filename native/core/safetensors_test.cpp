#include "core/safetensors.h"

#include <cstring>
#include <fstream>

#include "testing/temporary_folder.h"
#include "testing/test.h"

namespace {

using namespace sidestep;
namespace fs = std::filesystem;

using Folder = testing::TemporaryFolder;

void write_bytes(const fs::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

std::string with_length(uint64_t length, const std::string& rest) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(length >> (8 * i));
  return bytes + rest;
}
std::string framed(const std::string& header, const std::string& data) { return with_length(header.size(), header + data); }

TEST("safetensors: what is written reads back, strided views gathered") {
  const Folder folder;
  float values[6] = {1, 2, 3, 4, 5, 6};
  int64_t ids[2] = {7, -8};
  const Tensor matrix(values, DType::f32, {2, 3});
  write_safetensors(folder.path / "a.safetensors",
                    {{"m", matrix},
                     {"transposed", matrix.transposed(0, 1)},
                     {"ids", Tensor(ids, DType::i64, {2})},
                     {"scalar", Tensor(values, DType::f32, {})},
                     {"none", Tensor(values, DType::bf16, {0, 4})}},
                    {{"kind", "t\"est"}, {"b", "2"}});
  const SafetensorsFile file(folder.path / "a.safetensors");
  EXPECT(file.metadata().at("kind") == "t\"est" && file.metadata().size() == 2);
  EXPECT(file.names() == std::vector<std::string>({"ids", "m", "none", "scalar", "transposed"}));
  EXPECT(std::memcmp(file.tensor("m").raw(), values, sizeof values) == 0);
  const float expected[6] = {1, 4, 2, 5, 3, 6};
  EXPECT(file.tensor("transposed").shape() == Shape({3, 2}));
  EXPECT(std::memcmp(file.tensor("transposed").raw(), expected, sizeof expected) == 0);
  EXPECT(file.tensor("ids").data<int64_t>()[1] == -8 && file.tensor("scalar").rank() == 0 && file.tensor("none").numel() == 0);
  EXPECT_ERROR(file.tensor("missing"), "native/tensor-missing");
}

TEST("safetensors: a view outlives the file object while a copy lives, and data is aligned") {
  const Folder folder;
  float value = 3;
  write_safetensors(folder.path / "a.safetensors", {{"x", Tensor(&value, DType::f32, {1})}}, {});
  auto file = std::make_unique<SafetensorsFile>(folder.path / "a.safetensors");
  const SafetensorsFile copy = *file;
  const ConstTensor view = file->tensor("x");
  file.reset();
  EXPECT(view.data<float>()[0] == 3 && reinterpret_cast<uintptr_t>(view.raw()) % 8 == 0);
}

TEST("safetensors: hostile and damaged files are refused") {
  const std::string one = R"("dtype":"F32","shape":[1],"data_offsets":)";
  struct Hostile {
    const char* what;
    std::string bytes;
  };
  const Hostile files[] = {
      {"too short", "abc"},
      {"header longer than the file", with_length(100, "{}")},
      {"header of 2^63 bytes", with_length(uint64_t{1} << 63, "{}")},
      {"header of 2^64 - 1 bytes", with_length(~uint64_t{0}, "{}")},
      {"no JSON", framed("hello", "")},
      {"an array", framed("[]", "")},
      {"cut header", framed("{\"a\":{", "")},
      {"nested without end", framed(std::string(100'000, '['), "")},
      {"duplicate name", framed("{\"a\":{" + one + "[0,4]},\"a\":{" + one + "[0,4]}}", "1234")},
      {"overlap", framed("{\"a\":{" + one + "[0,4]},\"b\":{" + one + "[2,6]}}", "123456")},
      {"same bytes twice", framed("{\"a\":{" + one + "[0,4]},\"b\":{" + one + "[0,4]}}", "1234")},
      {"hole", framed("{\"a\":{" + one + "[0,4]},\"b\":{" + one + "[8,12]}}", "123456789012")},
      {"hole at the start", framed("{\"a\":{" + one + "[4,8]}}", "12345678")},
      {"bytes left over", framed("{\"a\":{" + one + "[0,4]}}", "12345678")},
      {"truncated data", framed("{\"a\":{" + one + "[0,4]}}", "12")},
      {"out of range", framed("{\"a\":{" + one + "[0,4000000000000]}}", "1234")},
      {"backwards", framed("{\"a\":{" + one + "[4,0]}}", "1234")},
      {"negative offset", framed("{\"a\":{" + one + "[-4,0]}}", "1234")},
      {"fractional offset", framed("{\"a\":{" + one + "[0,3.5]}}", "1234")},
      {"one offset", framed("{\"a\":{" + one + "[0]}}", "1234")},
      {"size of another dtype", framed(R"({"a":{"dtype":"F64","shape":[1],"data_offsets":[0,4]}})", "1234")},
      {"unknown dtype", framed(R"({"a":{"dtype":"F13","shape":[1],"data_offsets":[0,4]}})", "1234")},
      {"dtype not a string", framed(R"({"a":{"dtype":4,"shape":[1],"data_offsets":[0,4]}})", "1234")},
      {"no shape", framed(R"({"a":{"dtype":"F32","data_offsets":[0,4]}})", "1234")},
      {"negative shape", framed(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", "1234")},
      {"negative twice", framed(R"({"a":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}})", "1234")},
      {"product that wraps to 1", framed(R"({"a":{"dtype":"U8","shape":[4294967296,4294967296,1],"data_offsets":[0,0]}})", "")},
      {"too many dimensions", framed(R"({"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1],"data_offsets":[0,4]}})", "1234")},
      {"metadata not strings", framed(R"({"__metadata__":{"a":1}})", "")},
      {"tensor not an object", framed(R"({"a":1})", "")},
  };
  const Folder folder;
  for (const Hostile& hostile : files) {
    const fs::path path = folder.path / "hostile.safetensors";
    write_bytes(path, hostile.bytes);
    std::string found = "no error";
    try {
      const SafetensorsFile file(path);
    } catch (const Error& error) {
      found = error.code();
    }
    if (found != "native/safetensors-invalid") testing::fail(__FILE__, __LINE__, std::string(hostile.what) + ": " + found);
  }
}

TEST("safetensors: what is no file says so") {
  const Folder folder;
  write_bytes(folder.path / "empty.safetensors", "");
  EXPECT_ERROR(SafetensorsFile(folder.path / "missing.safetensors"), "native/file-unreadable");
  EXPECT_ERROR(SafetensorsFile(folder.path / "empty.safetensors"), "native/file-unreadable");
  EXPECT_ERROR(SafetensorsFile{folder.path}, "native/file-unreadable");
}

TEST("safetensors: a failed write leaves the old file and no litter") {
  const Folder folder;
  const fs::path path = folder.path / "a.safetensors";
  float value = 3;
  const Tensor x(&value, DType::f32, {1});
  write_safetensors(path, {{"x", x}}, {});
  EXPECT_ERROR(write_safetensors(path, {{"x", x}, {"x", x}}, {}), "native/file-unwritable");
  EXPECT_ERROR(write_safetensors(path, {{"y", Tensor(nullptr, DType::f32, {1}, {DeviceKind::plan, 0})}}, {}),
               "native/file-unwritable");
  EXPECT_ERROR(write_safetensors(folder.path / "none" / "a.safetensors", {{"x", x}}, {}), "native/file-unwritable");
  EXPECT(SafetensorsFile(path).contains("x"));
  int64_t files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder.path)) ++files;
  EXPECT(files == 1);
}

TEST("weight files: one file, or the shards its index names") {
  const Folder folder;
  float one = 1, two = 2;
  write_safetensors(folder.path / "model-1.safetensors", {{"a", Tensor(&one, DType::f32, {1})}}, {});
  write_safetensors(folder.path / "model-2.safetensors", {{"b", Tensor(&two, DType::f32, {1})}}, {});
  write_bytes(folder.path / "model.safetensors.index.json",
              R"({"metadata":{},"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}})");
  const WeightFiles weights = WeightFiles::open(folder.path);
  EXPECT(weights.names() == std::vector<std::string>({"a", "b"}) && weights.tensor("b").data<float>()[0] == 2);
  EXPECT(weights.origin("b").ends_with("model-2.safetensors"));
  EXPECT_ERROR(weights.tensor("c"), "native/tensor-missing");
}

TEST("weight files: an index may write ./ before its shards, and promise a tensor that no one asks for") {
  const Folder folder;
  float one = 1;
  write_safetensors(folder.path / "model-1.safetensors", {{"a", Tensor(&one, DType::f32, {1})}}, {});
  write_bytes(folder.path / "model.safetensors.index.json",
              R"({"weight_map":{"a":"./model-1.safetensors","lm_head.weight":"model-1.safetensors"}})");
  const WeightFiles weights = WeightFiles::open(folder.path);
  EXPECT(weights.names() == std::vector<std::string>({"a"}));
  EXPECT_ERROR(weights.tensor("lm_head.weight"), "native/tensor-missing");
}

TEST("weight files: an index that lies or leaves its folder is refused") {
  const Folder folder;
  float one = 1;
  write_safetensors(folder.path / "model-1.safetensors", {{"a", Tensor(&one, DType::f32, {1})}}, {});
  const auto open_with = [&](const std::string& index) {
    write_bytes(folder.path / "model.safetensors.index.json", index);
    return WeightFiles::open(folder.path);
  };
  EXPECT_ERROR(open_with(R"({"weight_map":{"a":"../model-1.safetensors"}})"), "native/safetensors-invalid");
  EXPECT_ERROR(open_with(R"({"weight_map":{"a":"/etc/passwd"}})"), "native/safetensors-invalid");
  EXPECT_ERROR(open_with(R"({"weight_map":{"a":".."}})"), "native/safetensors-invalid");
  EXPECT_ERROR(open_with(R"({"weight_map":{"a":"./../model-1.safetensors"}})"), "native/safetensors-invalid");
  EXPECT_ERROR(open_with(R"({"weight_map":{"a":"model-9.safetensors"}})"), "native/file-unreadable");
  EXPECT_ERROR(open_with(R"({})"), "native/json-missing-key");
  fs::remove(folder.path / "model.safetensors.index.json");
  EXPECT_ERROR(WeightFiles::open(folder.path), "native/file-unreadable");
}

}  // namespace
