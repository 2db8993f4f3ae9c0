#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/error.h"
#include "core/json.h"
#include "core/platform/number.h"
#include "core/text_file.h"

namespace sidestep {
namespace {

constexpr int kMaxDepth = 64;

/// `strict` is RFC 8259 with every key once, for what is our own.
enum class JsonDialect { strict, python };

// Recursive descent over RFC 8259, no comments, no trailing commas; NaN only in Python's dialect.
class Parser {
 public:
  Parser(std::string_view text, const std::string& origin, JsonDialect dialect)
      : text_(text), origin_(origin), dialect_(dialect) {}

  Json document() {
    skip_space();
    Json value = any(0);
    skip_space();
    if (at_ < text_.size()) fail("end of text");
    return value;
  }

 private:
  [[noreturn]] void fail(const std::string& expected) const {
    const std::string_view before = text_.substr(0, std::min(at_, text_.size()));
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const size_t column = before.size() - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
    const std::string found = at_ < text_.size() ? "'" + std::string(1, text_[at_]) + "'" : "the end";
    throw Error("native/json-invalid", origin_ + ":" + std::to_string(line) + ":" + std::to_string(column) + ": expected " +
                                           expected + " but found " + found);
  }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) ++at_;
  }
  void take(char c) {
    if (peek() != c || at_ >= text_.size()) fail(std::string("'") + c + "'");
    ++at_;
  }
  void take_word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) fail("a value");
    at_ += word.size();
  }

  Json any(int depth) {
    if (depth > kMaxDepth) fail("at most " + std::to_string(kMaxDepth) + " nested levels");
    switch (peek()) {
      case '{': return object(depth);
      case '[': return array(depth);
      case '"': return string();
      case 't': take_word("true"); return true;
      case 'f': take_word("false"); return false;
      case 'n': take_word("null"); return nullptr;
      default: return number();
    }
  }

  Json object(int depth) {
    take('{');
    Json::Object members;
    skip_space();
    if (peek() == '}') return ++at_, Json(std::move(members));
    while (true) {
      skip_space();
      if (peek() != '"') fail("a member name");
      const size_t key_at = at_;
      std::string key = string();
      skip_space();
      take(':');
      skip_space();
      Json value = any(depth + 1);
      if (dialect_ == JsonDialect::python)
        members.insert_or_assign(std::move(key), std::move(value));
      else if (const auto [place, inserted] = members.emplace(std::move(key), std::move(value)); !inserted) {
        at_ = key_at;
        fail("each member once (\"" + place->first + "\" is there already)");
      }
      skip_space();
      if (peek() == '}') return ++at_, Json(std::move(members));
      take(',');
    }
  }

  Json array(int depth) {
    take('[');
    Json::Array items;
    skip_space();
    if (peek() == ']') return ++at_, Json(std::move(items));
    while (true) {
      skip_space();
      items.push_back(any(depth + 1));
      skip_space();
      if (peek() == ']') return ++at_, Json(std::move(items));
      take(',');
    }
  }

  void skip_digits() {
    if (peek() < '0' || peek() > '9') fail("a digit");
    while (peek() >= '0' && peek() <= '9') ++at_;
  }

  /// The words that Python writes where a number is none; nothing JSON could hold them as.
  bool take_nonfinite() {
    if (dialect_ != JsonDialect::python) return false;
    for (const std::string_view word : {"NaN", "Infinity", "-Infinity"}) {
      if (text_.substr(at_, word.size()) != word) continue;
      at_ += word.size();
      return true;
    }
    return false;
  }

  Json number() {
    if (take_nonfinite()) return nullptr;
    const size_t begin = at_;
    if (peek() == '-') ++at_;
    if ((peek() < '0' || peek() > '9')) fail("a value");
    if (peek() == '0')
      ++at_;
    else
      skip_digits();
    if (peek() == '.') ++at_, skip_digits();
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      skip_digits();
    }
    const double value = platform::nearest_double(std::string(text_.substr(begin, at_ - begin)));
    if (!std::isfinite(value)) {
      at_ = begin;
      fail("a number that a double can hold");
    }
    return value;
  }

  std::string string() {
    take('"');
    std::string out;
    while (peek() != '"') {
      if (at_ >= text_.size()) fail("'\"'");
      if (static_cast<unsigned char>(text_[at_]) < 0x20) fail("no raw control character in a string");
      if (text_[at_] == '\\')
        escape(out);
      else
        out += text_[at_++];
    }
    ++at_;
    return out;
  }

  void escape(std::string& out) {
    ++at_;
    const char c = peek();
    ++at_;
    switch (c) {
      case '"':
      case '\\':
      case '/': out += c; return;
      case 'b': out += '\b'; return;
      case 'f': out += '\f'; return;
      case 'n': out += '\n'; return;
      case 'r': out += '\r'; return;
      case 't': out += '\t'; return;
      case 'u': append_utf8(out, code_point()); return;
      default: --at_; fail("an escape sequence");
    }
  }

  uint32_t hex4() {
    uint32_t value = 0;
    const std::string_view digits = text_.substr(std::min(at_, text_.size()), 4);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != 4 || end != digits.data() + 4) fail("four hexadecimal digits");
    at_ += 4;
    return value;
  }

  uint32_t code_point() {
    const uint32_t high = hex4();
    if (high < 0xD800 || high > 0xDFFF) return high;
    if (high > 0xDBFF || text_.substr(std::min(at_, text_.size()), 2) != "\\u") fail("a surrogate pair");
    at_ += 2;
    const uint32_t low = hex4();
    if (low < 0xDC00 || low > 0xDFFF) fail("a surrogate pair");
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
  }

  std::string_view text_;
  const std::string& origin_;
  JsonDialect dialect_;
  size_t at_ = 0;
};

}  // namespace

Json Json::parse(std::string_view text, const std::string& origin) {
  return Parser(text, origin, JsonDialect::strict).document();
}

Json parse_python_json(std::string_view text, const std::string& origin) {
  return Parser(text, origin, JsonDialect::python).document();
}

}  // namespace sidestep
