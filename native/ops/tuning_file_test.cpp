#include "ops/tuning_file.h"

#include <array>
#include <cstdint>
#include <fstream>

#include "testing/temporary_folder.h"
#include "testing/test.h"

namespace sidestep {
namespace {

namespace fs = std::filesystem;

struct Folder : testing::TemporaryFolder {
  fs::path file = path / "below" / "tuning.txt";
};

std::string text_of(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_text(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

TEST("tuning file: a choice is found again by the same machine, and by no other") {
  const Folder folder;
  TuningFile card(folder.file, "card A, driver 1");
  EXPECT(!card.find("gemm 1 2 3"));
  card.add("gemm 1 2 3", "00ff");
  EXPECT(card.find("gemm 1 2 3") == "00ff");
  EXPECT(TuningFile(folder.file, "card A, driver 1").find("gemm 1 2 3") == "00ff");
  EXPECT(!TuningFile(folder.file, "card A, driver 2").find("gemm 1 2 3"));
  EXPECT(!TuningFile(folder.file, "card A, driver 1").find("gemm 1 2"));
}

TEST("tuning file: two writers keep each other's choices, and the last of one problem wins") {
  const Folder folder;
  TuningFile one(folder.file, "card A"), two(folder.file, "card B");
  one.add("p", "1");
  two.add("p", "2");
  one.add("q", "3");
  one.add("q", "4");
  EXPECT(TuningFile(folder.file, "card A").find("p") == "1");
  EXPECT(TuningFile(folder.file, "card A").find("q") == "4");
  EXPECT(TuningFile(folder.file, "card B").find("p") == "2");
}

TEST("tuning file: damaged lines, other versions and foreign files read as absent") {
  const Folder folder;
  TuningFile(folder.file, "card").add("p", "12");
  TuningFile(folder.file, "card").add("q", "34");
  const std::string good = text_of(folder.file);
  std::string damaged = good;
  damaged[damaged.find("\t12\t") + 1] = '9';
  write_text(folder.file, damaged);
  EXPECT(!TuningFile(folder.file, "card").find("p"));
  EXPECT(TuningFile(folder.file, "card").find("q") == "34");
  for (const std::string& text :
       {std::string(), std::string("sidestep-tuning 2\n") + good.substr(good.find('\n') + 1), std::string(100, '\t'),
        good.substr(0, good.find("\t12\t") + 3), "sidestep-tuning 1\n" + std::string("card\tp\t12\t\0\xff", 12),
        "sidestep-tuning 1\ncard\tp\t" + std::string(5000, 'a') + "\n"}) {
    write_text(folder.file, text);
    EXPECT(!TuningFile(folder.file, "card").find("p"));
  }
  write_text(folder.file, good + std::string(size_t{5} << 20, 'x'));
  EXPECT(!TuningFile(folder.file, "card").find("p"));
}

TEST("tuning file: a place that cannot be written or read still serves this run") {
  const Folder folder;
  fs::create_directories(folder.file);  // a folder where the file should be
  TuningFile file(folder.file, "card");
  file.add("p", "1");
  EXPECT(file.find("p") == "1");
  EXPECT(fs::is_directory(folder.file));
  TuningFile nowhere({}, "card");
  nowhere.add("p", "1");
  EXPECT(nowhere.find("p") == "1");
}

TEST("tuning file: text that would break its lines is refused") {
  TuningFile file({}, "card");
  EXPECT_ERROR((file.add("a\tb", "1"), 0), "native/argument-invalid");
  EXPECT_ERROR((file.add("a\nb", "1"), 0), "native/argument-invalid");
  EXPECT_ERROR((file.add("", "1"), 0), "native/argument-invalid");
  EXPECT_ERROR((file.add("a", std::string(1001, 'b')), 0), "native/argument-invalid");
}

TEST("tuning file: bytes survive hexadecimal, and nothing else does") {
  const std::array<uint8_t, 4> bytes{0, 255, 16, 9};
  std::array<uint8_t, 4> back{};
  EXPECT(to_hex(bytes.data(), 4) == "00ff1009");
  EXPECT(from_hex("00ff1009", back.data(), 4) && back == bytes);
  for (const char* bad : {"", "00ff10", "00ff100", "00ff100900", "00ff10g9", "00FF1009"}) EXPECT(!from_hex(bad, back.data(), 4));
}

}  // namespace
}  // namespace sidestep
