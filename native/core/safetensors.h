#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace sidestep {

/// A memory-mapped safetensors file. The header is checked before anything is trusted: size at most 100 MB, every
/// offset in range, no overlap, no hole, shape × dtype = bytes, no duplicate name.
/// Throws native/file-unreadable, native/safetensors-invalid (file, tensor, expected, found).
class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  std::vector<std::string> names() const;  ///< sorted
  bool contains(const std::string& name) const { return tensors_.contains(name); }
  /// A view into the mapping; valid as long as any copy of this object lives. Throws native/tensor-missing.
  ConstTensor tensor(const std::string& name) const;

 private:
  std::filesystem::path path_;
  std::map<std::string, std::string> metadata_;
  std::map<std::string, ConstTensor> tensors_;
  std::shared_ptr<const void> mapping_;
};

/// A folder's weights as one: `model.safetensors`, or the shards named by `model.safetensors.index.json`.
class WeightFiles {
 public:
  explicit WeightFiles(std::vector<SafetensorsFile> files);
  /// Whether `open` would find any.
  static bool exist(const std::filesystem::path& folder, const std::string& stem = "model");
  /// Finds `<stem>.safetensors` or `<stem>.safetensors.index.json` in a folder.
  static WeightFiles open(const std::filesystem::path& folder, const std::string& stem = "model");
  bool contains(const std::string& name) const { return index_.contains(name); }
  ConstTensor tensor(const std::string& name) const;
  std::vector<std::string> names() const;
  /// For messages: the file a tensor comes from, or should have come from.
  std::string origin(const std::string& name) const;

 private:
  std::vector<SafetensorsFile> files_;
  std::map<std::string, size_t> index_;
};

struct NamedTensor {
  std::string name;
  ConstTensor tensor;
};

/// Writes aside, syncs, renames. Tensors are written in the order given, metadata sorted; the header is padded to 8 bytes.
/// CPU tensors only; non-contiguous views are gathered. Throws native/file-unwritable, native/disk-full.
void write_safetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                       const std::map<std::string, std::string>& metadata);

}  // namespace sidestep
