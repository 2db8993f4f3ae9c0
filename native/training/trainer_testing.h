#pragma once
// What tests of whole trainings share: a few short songs, a tiny checkpoint, the device under test.
#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "core/safetensors.h"
#include "testing/temporary_folder.h"
#include "testing/test.h"
#include "training/trainer.h"

namespace sidestep::testing {

namespace fs = std::filesystem;

inline std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// A folder of sample files cut from the recorded songs, of unequal lengths.
struct Songs {
  Songs() {
    const fs::path e2e = golden_dir() / "e2e";
    const int64_t frames[] = {20, 31, 17, 26, 12};
    for (size_t i = 0; i < 5; ++i) {
      const SafetensorsFile file(e2e / (i % 2 == 0 ? "a_stereo48k.safetensors" : "b_mono44k.safetensors"));
      const fs::path path = folder / ("song" + std::to_string(i) + ".safetensors");
      write_safetensors(
          path,
          {{"target_latents", file.tensor("out/target_latents").slice(0, 0, frames[i])},
           {"context_latents", file.tensor("out/context_latents").slice(0, 0, frames[i])},
           {"encoder_hidden_states", file.tensor("out/encoder_hidden_states").slice(0, 0, 9 + static_cast<int64_t>(i))}},
          {});
      paths.push_back(path);
    }
  }

  TemporaryFolder place;
  fs::path folder = place.path;
  std::vector<fs::path> paths;
};

struct KeptTensor {
  std::string name;
  Shape shape;
  std::vector<float> values;
};

/// A song's tensors in memory of their own: a file that is mapped is not replaced everywhere.
inline std::vector<KeptTensor> read_song(const fs::path& song) {
  const SafetensorsFile file(song);
  std::vector<KeptTensor> tensors;
  for (const std::string& name : file.names()) {
    const ConstTensor t = file.tensor(name);
    tensors.push_back({name, t.shape(), {t.data<float>(), t.data<float>() + t.numel()}});
  }
  return tensors;
}

/// One song's latents become so large that its loss overflows.
inline void spoil(const fs::path& song) {
  std::vector<KeptTensor> kept = read_song(song);
  std::vector<NamedTensor> tensors;
  for (KeptTensor& t : kept) {
    if (t.name == "target_latents") std::fill(t.values.begin(), t.values.end(), 3e38F);
    tensors.push_back({t.name, ConstTensor(t.values.data(), DType::f32, t.shape)});
  }
  write_safetensors(song, tensors, {});
}

inline TrainerSetup setup_of(const Songs& songs, const std::string& options) {
  TrainerSetup setup;
  setup.model_folder = golden_dir() / "tiny_checkpoint" / "acestep-v15-turbo";
  setup.samples.assign(songs.paths.begin(), songs.paths.end());
  setup.validation_samples.assign(songs.paths.begin(), songs.paths.begin() + 2);
  setup.options = Json::parse(options);
  setup.device = device_under_test().kind;
  return setup;
}

inline Stream make_stream(int threads) { return Stream(device_under_test(), std::make_shared<ThreadPool>(threads)); }

/// The tiny checkpoint with its two layers three times over, each time a little larger, so that no layer passes for another:
/// three inputs stay on a card in any case.
inline fs::path deeper_model(const Songs& songs) {
  constexpr int64_t kLayers = 6;
  const fs::path from = fs::path(golden_dir()) / "tiny_checkpoint" / "acestep-v15-turbo", to = songs.folder / "deeper";
  fs::create_directories(to);
  Json::Object config = Json::parse(bytes_of(from / "config.json")).as_object();
  config["num_hidden_layers"] = kLayers;
  config["layer_types"] = nullptr;  // sliding and full by turns, as there
  std::ofstream(to / "config.json") << Json(config).dump();
  const SafetensorsFile file(from / "model.safetensors");
  std::vector<NamedTensor> tensors;
  std::deque<Storage> own;
  const std::string prefix = "decoder.layers.";
  for (const std::string& name : file.names()) {
    tensors.push_back({name, file.tensor(name)});
    if (!name.starts_with(prefix)) continue;
    const ConstTensor from_file = file.tensor(name);
    for (int64_t layer = 2 + (name[prefix.size()] - '0'); layer < kLayers; layer += 2) {
      own.emplace_back(DType::f32, from_file.shape());
      for (int64_t i = 0; i < from_file.numel(); ++i)
        own.back().tensor().data<float>()[i] = from_file.data<float>()[i] * (1 + 0.05F * static_cast<float>(layer));
      tensors.push_back({prefix + std::to_string(layer) + name.substr(prefix.size() + 1), own.back().view()});
    }
  }
  write_safetensors(to / "model.safetensors", tensors, {});
  return to;
}

}  // namespace sidestep::testing
