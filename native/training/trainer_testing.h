#pragma once
// What tests of whole trainings share: a few short songs, a tiny checkpoint, the device under test.
#include <algorithm>
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
    const fs::path e2e = fs::path(golden_dir()) / "e2e";
    const int64_t frames[] = {20, 31, 17, 26, 12};
    for (size_t i = 0; i < 5; ++i) {
      const SafetensorsFile file(e2e / (i % 2 == 0 ? "a_stereo48k.safetensors" : "b_mono44k.safetensors"));
      const fs::path path = folder / ("song" + std::to_string(i) + ".safetensors");
      write_safetensors(path,
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
  setup.model_folder = fs::path(golden_dir()) / "tiny_checkpoint" / "acestep-v15-turbo";
  setup.samples.assign(songs.paths.begin(), songs.paths.end());
  setup.validation_samples.assign(songs.paths.begin(), songs.paths.begin() + 2);
  setup.options = Json::parse(options);
  setup.device = device_under_test().kind;
  return setup;
}

inline Stream make_stream(int threads) { return Stream(device_under_test(), std::make_shared<ThreadPool>(threads)); }

}  // namespace sidestep::testing
