#include "explain/missing_lock.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>

#include "explain/explain.h"
#include "explain/lock_source.h"
#include "trace/vocabulary.h"

namespace lockstep::explain {
namespace {

using protocol::Op;

// `accounts[1]` of `accounts[1].balance`, nothing of `balance`.
std::string parent_of(const std::string& name) {
  const std::size_t from = name.size() - last_name(name).size();
  return name.substr(0, from);
}

std::string without_index(std::string name) {
  while (name.ends_with(']') && name.rfind('[') != std::string::npos) name.resize(name.rfind('['));
  return name;
}

class LockSearch {
 public:
  LockSearch(const History& h, const Diagnosis& d, std::string object, names::Namer& namer, Source& source)
      : h_(h),
        d_(d),
        object_(std::move(object)),
        namer_(namer),
        source_(source),
        word_(last_name(without_index(object_))) {
    for (Index i = 0; i < h.size(); ++i) {
      if (h.at(i).op == Op::kThreadCreate) first_thread_ = std::min(first_thread_, i);
      if (h.at(i).op == Op::kThreadJoin) last_join_ = i;
    }
  }

  std::optional<MissingLock> find() {
    if (d_.first == kNone || d_.second == kNone) return std::nullopt;
    collect();
    MissingLock found;
    const auto most = std::max_element(holding_.begin(), holding_.end(),
                                       [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
    std::uint64_t lock = 0;
    if (most != holding_.end()) {
      lock = most->first;
      const bool all = std::all_of(accesses_.begin(), accesses_.end(),
                                   [&](Index i) { return i == d_.first || i == d_.second || holds(i, lock); });
      const bool one = holds(d_.first, lock) != holds(d_.second, lock);
      found.holder =
          one   ? fmt::format("as {} does", namer_.thread(h_.at(holds(d_.first, lock) ? d_.first : d_.second).thread))
          : all ? "as every other access does"
                : "as most accesses do";
    } else if (!neighbours(&lock, &found.holder)) {
      return std::nullopt;
    }
    found.bare = !holds(d_.first, lock) ? d_.first : d_.second;
    if (holds(found.bare, lock)) return std::nullopt;  // both have it, one of them for reading
    found.lock = namer_.object(lock, found.bare);
    found.diff = diff(lock, found.lock);
    return found;
  }

 private:
  bool holds(Index i, std::uint64_t lock) const {
    const auto held = h_.held_during(i);
    return std::any_of(held.begin(), held.end(), [&](const History::Hold& hold) { return hold.lock == lock; });
  }
  // Nobody else is there yet, or any more.
  bool is_early_or_late(Index i) const {
    return h_.at(i).thread == 0 && (i < first_thread_ || (last_join_ != kNone && i > last_join_));
  }

  // All accesses of the object, by name, with the locks that they hold.
  void collect() {
    for (Index i = 0; i < h_.size(); ++i) {
      const trace::Event& e = h_.at(i);
      if (!trace::is_read(e.op) && !trace::is_write(e.op)) continue;
      const bool key = i == d_.first || i == d_.second;
      if (!key && (is_early_or_late(i) || namer_.object(e.addr, i) != object_)) continue;
      accesses_.push_back(i);
      for (const History::Hold& hold : h_.held_during(i)) holding_[hold.lock].push_back(i);
    }
  }

  // A lock that lies beside the object and under which what else lies there is used.
  bool neighbours(std::uint64_t* lock, std::string* holder) {
    const std::string parent = parent_of(object_);
    if (parent.empty() || parent.ends_with(' ')) return false;
    for (Index i = 0; i < h_.size(); ++i) {
      const trace::Event& e = h_.at(i);
      if ((!trace::is_read(e.op) && !trace::is_write(e.op)) || is_early_or_late(i)) continue;
      const std::string name = namer_.object(e.addr, i);
      if (!name.starts_with(parent)) continue;
      for (const History::Hold& hold : h_.held_during(i)) {
        if (parent_of(namer_.object(hold.lock, i)) != parent) continue;
        *lock = hold.lock;
        *holder = fmt::format("as the accesses to {} do", quoted(name));
        return true;
      }
    }
    return false;
  }

  std::string diff(std::uint64_t lock, const std::string& lock_name);
  std::string expression(std::size_t at, const names::SourceFrame& bare, const names::SourceFrame& taken,
                         std::uint64_t lock, const std::string& lock_name, const std::string& written);
  bool is_accessible(const std::string& member);
  bool is_declared_before(const std::string& name, std::size_t at) {
    for (std::size_t n = 0; n < at; ++n) {
      if (has_word(code_of((*lines_)[n]), name)) return true;
    }
    return false;
  }

  const History& h_;
  const Diagnosis& d_;
  const std::string object_;
  names::Namer& namer_;
  Source& source_;
  const std::string word_;  // by which the source calls the object
  Index first_thread_ = kNone, last_join_ = kNone;
  std::vector<Index> accesses_;
  std::map<std::uint64_t, std::vector<Index>> holding_;
  const std::vector<std::string>* lines_ = nullptr;
};

// Whether other classes may use it.
bool LockSearch::is_accessible(const std::string& member) {
  const std::regex declaration(R"(^\s*(?:mutable\s+)?[\w:<>]*(?:mutex|lock|Mutex|Lock)[\w:<>]*\s+)" + member +
                               R"(\s*[;{=])");
  static const std::regex kSection(R"(\b(?:public|private|protected)\s*:|\b(?:class|struct)\s+\w+[^;]*\{)");
  for (std::size_t n = 0; n < lines_->size(); ++n) {
    if (!std::regex_search(code_of((*lines_)[n]), declaration)) continue;
    for (std::size_t above = n + 1; above-- > 0;) {
      std::smatch m;
      if (!std::regex_search((*lines_)[above], m, kSection)) continue;
      return m.str().starts_with("public") || m.str().starts_with("struct");
    }
    return true;
  }
  return false;
}

// How the lock is called in that line; empty if it cannot be told.
std::string LockSearch::expression(std::size_t at, const names::SourceFrame& bare, const names::SourceFrame& taken,
                                   std::uint64_t lock, const std::string& lock_name, const std::string& written) {
  const std::string code = code_of((*lines_)[at]);
  std::string member = last_name(lock_name);
  // In the same object: what stands before the one name on the line stands before the other, too.
  if (!member.empty() && parent_of(lock_name) == parent_of(without_index(object_)) && !namer_.on_stack(lock)) {
    const std::regex use(R"(((?:\w+(?:\[[^\]]*\])?(?:\.|->))*)\b)" + word_ + R"(\b)");
    std::set<std::string> prefixes;
    for (std::sregex_iterator m(code.begin(), code.end(), use), last; m != last; ++m) prefixes.insert((*m)[1].str());
    if (prefixes.size() != 1) return {};
    const std::string& prefix = *prefixes.begin();
    if (prefix.empty() && parent_of(lock_name).empty() && !is_declared_before(member, at)) return {};
    if (!prefix.empty() && prefix != "this->" && !bare.c && !is_accessible(member)) return {};
    return prefix + member;
  }
  static const std::regex kPath(R"([A-Za-z_]\w*(?:::\w+)*(?:(?:\.|\[)[\w\].]+)*)");
  if (!namer_.on_stack(lock) && !namer_.block(lock)) {
    if (!std::regex_match(lock_name, kPath)) return {};
    const std::string root = lock_name.substr(0, lock_name.find_first_of(".["));
    if (!is_declared_before(root.substr(root.rfind(':') + 1), at)) return {};
    if (root != lock_name && !bare.c && !is_accessible(member)) return {};
    return lock_name;
  }
  if (namer_.on_stack(lock)) {
    constexpr std::string_view kLambda = "lambda in ";
    const auto host = [&](const std::string& f) { return f.starts_with(kLambda) ? f.substr(kLambda.size()) : f; };
    if (host(bare.function) != host(taken.function)) {
      // The object is a local variable of main's, used by a member of its class: the same members are meant.
      const auto scope = [](const std::string& f) {
        return f.substr(0, f.rfind("::") == std::string::npos ? 0 : f.rfind("::"));
      };
      const bool same = parent_of(lock_name) == parent_of(without_index(object_)) && !parent_of(lock_name).empty();
      if (same && !scope(bare.function).empty() && scope(bare.function) == scope(taken.function)) return member;
      if (!same || bare.c) return {};
    }
    const std::regex use(R"(((?:\w+(?:\[[^\]]*\])?(?:\.|->))*)\b)" + word_ + R"(\b)");
    std::smatch m;
    const bool member_of_same =
        !parent_of(lock_name).empty() && parent_of(lock_name) == parent_of(without_index(object_));
    if (member_of_same && std::regex_search(code, m, use)) {
      const std::string prefix = m[1];
      if (prefix.empty()) return bare.function.find("::") == std::string::npos ? std::string() : member;
      return bare.c || is_accessible(member) ? prefix + member : std::string();
    }
    if (host(bare.function) != host(taken.function)) return {};
    if (!bare.function.starts_with(kLambda)) return is_declared_before(member, at) ? written : std::string();
    for (std::size_t n = at + 1; n-- > 0 && static_cast<int>(n) + 1 >= bare.declared_line;) {
      if ((*lines_)[n].find("[&") != std::string::npos) return written;
    }
  }
  return {};
}

std::string LockSearch::diff(std::uint64_t lock, const std::string& lock_name) {
  if (word_.empty()) return {};
  // How it is taken elsewhere.
  std::optional<LockCall> call;
  names::SourceFrame taken;
  for (Index i = 0; i < h_.size() && !call; ++i) {
    if (h_.at(i).addr != lock || !trace::is_acquire(h_.at(i).op)) continue;
    taken = namer_.place(h_.at(i).stack);
    if (!taken.library) call = lock_call(source_.line(taken.full_path, taken.line));
  }
  if (!call) return {};
  std::map<std::size_t, bool> bare;  // lines, and whether they write
  names::SourceFrame frame;
  for (const Index i : accesses_) {
    if (holds(i, lock)) continue;
    const names::SourceFrame at = namer_.place(h_.at(i).stack);
    if (at.library || at.line == 0 || (!frame.full_path.empty() && frame.full_path != at.full_path)) return {};
    if (frame.full_path.empty()) frame = at;
    bare[static_cast<std::size_t>(at.line) - 1] |= trace::is_write(h_.at(i).op);
  }
  if (bare.empty()) return {};
  lines_ = &source_.file(frame.full_path);
  // Lines that did not run in this execution.
  const std::regex declaration(R"((?:^|[\s(,])(?!(?:return|delete|throw|else|case)\b)[A-Za-z_][\w:<>,]*[\s*&]+)" +
                               word_ + R"(\s*(?:\{|=(?!=)|;|\[|,|\)))");
  const std::string lock_word = last_name(lock_name);
  for (std::size_t n = 0; n < lines_->size(); ++n) {
    const std::string code = code_of((*lines_)[n]);
    if (bare.count(n) || !has_word(code, word_) || code.starts_with('#')) continue;
    if (std::regex_search(code, declaration) && code.find(word_ + " =") == std::string::npos) continue;
    if (std::regex_search(code, declaration) && !std::regex_search(code, std::regex(R"(^\s*)" + word_ + R"(\b)")))
      continue;
    if (is_under_lock(*lines_, n, lock_word) || is_alone(*lines_, n)) continue;
    bare[n] = true;
  }
  Edits edits(source_, frame.full_path, frame.file);
  for (const auto& [n, writes] : bare) {
    if (n >= lines_->size() || !has_word(code_of((*lines_)[n]), word_)) return {};
    LockCall here = in_mode(*call, writes);
    here.expression = expression(n, frame, taken, lock, lock_name, call->expression);
    if (here.expression.empty()) return {};
    const auto changed = with_lock(*lines_, n, word_, here);
    if (!changed) return {};
    edits.replace(static_cast<int>(n) + 1, *changed);
    // `int get() const { … }`: the lock has to be mutable there.
    static const std::regex kConst(R"(\)\s*const\b[^{;]*\{)");
    if (frame.c || !std::regex_search((*lines_)[n], kConst)) continue;
    const std::regex plain(R"(^(\s*)([\w:<>]*mutex\s+)" + lock_word + R"(\b.*)$)");
    for (std::size_t k = 0; k < lines_->size(); ++k) {
      std::smatch m;
      if (std::regex_match((*lines_)[k], m, plain)) {
        edits.replace(static_cast<int>(k) + 1, {m[1].str() + "mutable " + m[2].str()});
      }
    }
  }
  return edits.diff();
}

}  // namespace

std::optional<MissingLock> missing_lock(const History& history, const Diagnosis& diagnosis, const std::string& object,
                                        names::Namer& namer, Source& source) {
  return LockSearch(history, diagnosis, object, namer, source).find();
}

}  // namespace lockstep::explain
