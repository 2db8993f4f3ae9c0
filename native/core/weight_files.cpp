#include <set>

#include "core/error.h"
#include "core/path_text.h"
#include "core/platform/file.h"
#include "core/safetensors.h"
#include "core/text_file.h"

namespace sidestep {
namespace {

// A shard is named by a file that came from elsewhere: it may name a neighbour, never a path.
void check_shard_name(const std::filesystem::path& index, const std::string& shard) {
  if (shard.empty() || shard == "." || shard == ".." || path_from_utf8(shard).filename() != path_from_utf8(shard))
    throw Error("native/safetensors-invalid", utf8_of(index) + ": a shard must be a file beside the index but found " + shard);
}

std::vector<SafetensorsFile> open_shards(const std::filesystem::path& index) {
  std::set<std::string> shards;
  const Json parsed = read_json_file(index);
  // Which tensor is where the shards say themselves; what the index promises beside what is asked for may be missing.
  for (const auto& [tensor, shard] : parsed.at("weight_map").as_object()) {
    const std::string name = shard.as_string().starts_with("./") ? shard.as_string().substr(2) : shard.as_string();
    check_shard_name(index, name);
    shards.insert(name);
  }
  std::vector<SafetensorsFile> files;
  files.reserve(shards.size());
  for (const std::string& shard : shards) files.emplace_back(index.parent_path() / path_from_utf8(shard));
  return files;
}

}  // namespace

WeightFiles::WeightFiles(std::vector<SafetensorsFile> files) : files_(std::move(files)) {
  for (size_t i = 0; i < files_.size(); ++i)
    for (const std::string& name : files_[i].names())
      if (const auto [place, inserted] = index_.emplace(name, i); !inserted)
        throw Error("native/safetensors-invalid", "Tensor " + name + " is in " + utf8_of(files_[place->second].path()) +
                                                      " and again in " + utf8_of(files_[i].path()));
}

bool WeightFiles::exist(const std::filesystem::path& folder, const std::string& stem) {
  return platform::exists(folder / (stem + ".safetensors")) || platform::exists(folder / (stem + ".safetensors.index.json"));
}

WeightFiles WeightFiles::open(const std::filesystem::path& folder, const std::string& stem) {
  const std::filesystem::path single = folder / (stem + ".safetensors");
  const std::filesystem::path index = folder / (stem + ".safetensors.index.json");
  if (platform::exists(single)) return WeightFiles({SafetensorsFile(single)});
  if (platform::exists(index)) return WeightFiles(open_shards(index));
  throw Error("native/file-unreadable",
              "Expected " + utf8_of(single) + " or " + utf8_of(index.filename()) + " beside it, but neither is there",
              "Point checkpoint_dir at a complete download of the model.");
}

ConstTensor WeightFiles::tensor(const std::string& name) const {
  const auto found = index_.find(name);
  if (found == index_.end()) throw Error("native/tensor-missing", origin(name) + " has no tensor " + name);
  return files_[found->second].tensor(name);
}

std::vector<std::string> WeightFiles::names() const {
  std::vector<std::string> names;
  for (const auto& [name, file] : index_) names.push_back(name);
  return names;
}

std::string WeightFiles::origin(const std::string& name) const {
  if (const auto found = index_.find(name); found != index_.end()) return utf8_of(files_[found->second].path());
  if (files_.empty()) return "no file";
  return files_.size() == 1 ? utf8_of(files_[0].path()) : utf8_of(files_[0].path().parent_path());
}

}  // namespace sidestep
