#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "golden/golden.h"

namespace sidestep::golden {

/// Reads config, tolerance and neighbour from a case file's metadata. Throws golden/case-invalid, native/json-invalid.
Case open_case(const SafetensorsFile& file);

/// The judge registered for a kind, or null.
Judge find_judge(const std::string& kind);

/// Every file below `folder` that the native suite answers for, sorted by path. Left out, because the reference data's
/// README calls them supporting files or they are judged elsewhere: `weights` neighbours, plain weights in `tiny_checkpoint/`,
/// adapter directories in `peft_files/`, unpickler cases in `torch_files/`, and the audio-to-tensor cases of `e2e/`
/// (their kind is `e2e_preprocess`; the pipeline's side runs them, since audio is decoded there). Nor the texts-to-condition
/// cases of `inference/` (`condition_inference`), since texts are written and tokenised there.
std::vector<std::filesystem::path> case_files(const std::filesystem::path& folder);

struct Verdict {
  enum class Kind : uint8_t { passed, failed } kind = Kind::failed;
  std::string line;  ///< file, kind, worst error found and allowed, or why it could not be judged
};
/// Judges one file with models computing in `precision`, f32 or bf16; never throws.
Verdict judge_file(const std::filesystem::path& path, const std::filesystem::path& folder, DType precision, Stream& stream);

}  // namespace sidestep::golden
