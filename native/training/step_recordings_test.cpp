#include "training/step_recordings.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "core/safetensors.h"
#include "ops/elementwise.h"
#include "ops/transfer.h"
#include "testing/temporary_folder.h"
#include "testing/test.h"
#include "testing/variable.h"
#include "training/trainer.h"

// On the CPU nothing is recorded and these hold all the same; `sidestep_tests --device fake-cuda` and `--device cuda` record.
namespace sidestep {
namespace {

namespace fs = std::filesystem;

Stream make_stream() { return Stream(testing::device_under_test(), std::make_shared<ThreadPool>(1)); }

/// Counts in one number on the device: forward adds 1, backward 10.
struct Counting {
  explicit Counting(Stream& on) : stream(on), one(DType::f32, {1}, on.device()), sum(DType::f32, {1}, on.device()) {
    fill({one.tensor(), 1}, stream);
  }
  StepPasses passes(bool learns) {
    return {[this] { add({.a = sum.view(), .b = one.view(), .y = sum.tensor()}, stream); }, [learns] { return learns; },
            [this] { add({.a = sum.view(), .b = one.view(), .y = sum.tensor(), .beta = 10}, stream); }};
  }
  float value() { return to_host(sum.view(), stream).view().data<float>()[0]; }

  Stream& stream;
  Storage one, sum;
};

TEST("step recordings: every visit does the work once, recorded or not") {
  Stream stream = make_stream();
  if (!records(stream)) return;  // the caller never asks then
  Counting counting(stream);
  StepRecordings recordings;
  for (int visit = 1; visit <= 5; ++visit) {
    recordings.run("a kind", counting.passes(true), stream);
    EXPECT(counting.value() == 11.0F * static_cast<float>(visit));
    EXPECT(recordings.recorded() == (visit < 2 ? 0U : 1U));
  }
  recordings.run("a kind", counting.passes(false), stream);
  EXPECT(counting.value() == 56);
}

TEST("step recordings: a loss that is no number at the second visit is recorded at the third") {
  Stream stream = make_stream();
  if (!records(stream)) return;
  Counting counting(stream);
  StepRecordings recordings;
  recordings.run("a kind", counting.passes(true), stream);
  recordings.run("a kind", counting.passes(false), stream);
  EXPECT(recordings.recorded() == 0 && counting.value() == 12);
  recordings.run("a kind", counting.passes(true), stream);
  EXPECT(recordings.recorded() == 1 && counting.value() == 23);
}

TEST("step recordings: what reads the host's memory in between is run as it is") {
  Stream stream = make_stream();
  if (!records(stream)) return;
  Counting counting(stream);
  StepRecordings recordings;
  StepPasses passes = counting.passes(true);
  passes.backward = [&] { fill({counting.sum.tensor(), counting.value() + 10}, stream); };
  for (int visit = 1; visit <= 4; ++visit) {
    recordings.run("a kind", passes, stream);
    // The second visit's forward is told twice: once in vain. A real pass writes the same numbers again.
    EXPECT(counting.value() == 11.0F * static_cast<float>(visit) + (visit < 2 ? 0.0F : 1.0F));
  }
  EXPECT(recordings.recorded() == 0);
}

/// Room for three recordings of a fake CUDA card or a card of the SIMT machine, which take no measurable memory.
constexpr size_t kRoomForThree = 3 * 2 * kLeastRecordingBytes;

void visit(StepRecordings& recordings, Counting& counting, const std::vector<std::string>& kinds, Stream& stream) {
  for (const std::string& kind : kinds) recordings.run(kind, counting.passes(true), stream);
}

TEST("step recordings: kinds that take turns beyond the budget are run as they are, the others stay recorded") {
  Stream stream = make_stream();
  if (!records(stream)) return;
  Counting counting(stream);
  StepRecordings recordings(kRoomForThree);
  const std::vector<std::string> kinds{"a", "b", "c", "d", "e"};
  for (int round = 1; round <= 4; ++round) {
    const int64_t before = stream.waits();
    visit(recordings, counting, kinds, stream);
    EXPECT(recordings.recorded() == (round == 1 ? 0U : 3U) && recordings.bytes() <= kRoomForThree);
    EXPECT(stream.waits() == before);  // nothing made room for anything
  }
  EXPECT(counting.value() == 11.0F * 20);
}

TEST("step recordings: the kind that was used longest ago goes first, for one that has come twice since") {
  Stream stream = make_stream();
  if (!records(stream)) return;
  Counting counting(stream);
  StepRecordings recordings(kRoomForThree);
  visit(recordings, counting, {"a", "b", "c", "a", "b", "c", "b", "c"}, stream);  // a is the oldest
  visit(recordings, counting, {"new", "new"}, stream);
  EXPECT(recordings.recorded() == 3);
  int64_t told = 0;
  const auto noting = [&](const std::string& kind) {
    StepPasses passes = counting.passes(true);
    passes.forward = [&, forward = passes.forward] {
      ++told;
      forward();
    };
    told = 0;
    recordings.run(kind, passes, stream);
    return told;
  };
  EXPECT(noting("b") == 0 && noting("c") == 0 && noting("new") == 0);  // replayed
  EXPECT(noting("a") == 1);
  EXPECT(counting.value() == 11.0F * 14);
}

TEST("step recordings: where a card's memory is short, they go first and nothing more is recorded") {
  Stream stream = make_stream();
  if (!records(stream)) return;
  Counting counting(stream);
  constexpr size_t kSlack = size_t{64} << 20;
  StepRecordings recordings(kRecordingBytes, free_card_bytes(stream) - kSlack);
  visit(recordings, counting, {"a", "a", "b"}, stream);
  EXPECT(recordings.recorded() == 1);
  recordings.forget(stream);
  EXPECT(recordings.recorded() == 0 && recordings.bytes() == 0);
  visit(recordings, counting, {"a", "b"}, stream);  // as if never seen
  EXPECT(recordings.recorded() == 0);
  visit(recordings, counting, {"a", "b"}, stream);
  EXPECT(recordings.recorded() == 2 && counting.value() == 77);
  const Storage taken(DType::u8, {static_cast<int64_t>(2 * kSlack)}, stream.device());
  visit(recordings, counting, {"c", "c"}, stream);
  EXPECT(recordings.recorded() == 0 && counting.value() == 99);
}

std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// A run of three epochs over songs of unequal lengths, with dropout, masks and accumulation; what it saved.
std::string trained_bytes(const fs::path& folder, const std::vector<fs::path>& songs) {
  TrainerSetup setup;
  setup.model_folder = testing::golden_dir() / "tiny_checkpoint" / "acestep-v15-turbo";
  setup.samples.assign(songs.begin(), songs.end());
  setup.options = Json::parse(R"({"adapter": {"type": "lora", "rank": 4, "dropout": 0.2}, "epochs": 4, "batch_size": 2,
    "gradient_accumulation_steps": 2, "cfg_dropout": 0.5, "shuffle": "none"})");
  Stream stream = make_stream();
  Trainer trainer(setup, stream);
  while (!trainer.finished()) trainer.step();
  trainer.save(folder);
  return bytes_of(folder / "training_state.safetensors");
}

TEST("step recordings: a training of replayed steps leaves the same bytes as one of steps told one by one") {
  const testing::TemporaryFolder place;
  const fs::path& folder = place.path;
  const SafetensorsFile file(testing::golden_dir() / "e2e" / "a_stereo48k.safetensors");
  std::vector<fs::path> songs;
  for (const int64_t frames : {20, 31, 17}) {
    songs.push_back(folder / ("song" + std::to_string(frames) + ".safetensors"));
    write_safetensors(songs.back(),
                      {{"target_latents", file.tensor("out/target_latents").slice(0, 0, frames)},
                       {"context_latents", file.tensor("out/context_latents").slice(0, 0, frames)},
                       {"encoder_hidden_states", file.tensor("out/encoder_hidden_states").slice(0, 0, frames / 2)}},
                      {});
  }
  const std::string replayed = trained_bytes(folder / "replayed", songs);
  const testing::Variable graphs("SIDESTEP_CUDA_GRAPHS", "off");
  const std::string told = trained_bytes(folder / "told", songs);
  EXPECT(!replayed.empty() && replayed == told);
}

}  // namespace
}  // namespace sidestep
