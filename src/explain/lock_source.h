// A lock taken round one more access, in the source: in the form in which the program takes it elsewhere.
//
// Thread safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace lockstep::explain {

/// How a line of source takes a lock.
struct LockCall {
  std::string guard;         // the type of an object that holds it, `std::lock_guard<std::mutex>`; empty: by functions
  std::string lock, unlock;  // the functions; of the C library's kind if `is_function`, otherwise members
  bool is_function = false;
  std::string expression;  // what is locked: `list.lock`, without the C library's `&`
};

/// The first such call in the line; nothing if there is none.
std::optional<LockCall> lock_call(const std::string& line);

/// The same lock taken for reading alone, or for writing.
LockCall in_mode(LockCall call, bool writes);

/// `lines[at]` (counted from 0) with the lock held where it uses `name`, as the lines to put there. Nothing where the
/// line has no form of which that is known to be right.
std::optional<std::vector<std::string>> with_lock(const std::vector<std::string>& lines, std::size_t at,
                                                  const std::string& name, const LockCall& call);

/// Whether a lock whose last name is `lock` is taken before `lines[at]`, in a block that the line stands in.
bool is_under_lock(const std::vector<std::string>& lines, std::size_t at, const std::string& lock);

/// Whether `lines[at]` stands in main, in a constructor or in a destructor.
bool is_alone(const std::vector<std::string>& lines, std::size_t at);

/// The part of a line before its comment.
std::string code_of(const std::string& line);
/// Whether `word` stands there as a word.
bool has_word(const std::string& text, const std::string& word);
/// `value` of `list->items[2].value`; empty if there is no plain name at the end.
std::string last_name(const std::string& object);

}  // namespace lockstep::explain
