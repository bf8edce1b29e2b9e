// What connects a loop with other threads: the pool of to_thread, and the mailboxes of scope_handle.
#include <mutex>
#include <utility>
#include <vector>

#include "lockstep/async/from_thread.h"
#include "lockstep/async/to_thread.h"

namespace lockstep::async {

sync::thread_pool& blocking_pool() {
  static auto* pool = new sync::thread_pool(kBlockingThreads);
  return *pool;
}

namespace internal {

/// Belongs to a scope and to all handles of it. Lives in the loop's queue at most once at a time.
class mailbox final : public remote_node, public std::enable_shared_from_this<mailbox> {
 public:
  explicit mailbox(scope& s, loop& l) : scope_(&s), loop_(l) { l.may_expect_remote(); }

  bool post(std::function<void(scope&)> start) {
    std::scoped_lock lock(mutex_);
    if (!scope_) return false;
    waiting_.push_back(std::move(start));
    if (!std::exchange(posted_, true)) {
      myself_ = shared_from_this();
      loop_.post(*this);
    }
    return true;
  }
  bool on_loop() const noexcept { return loop_of_thread() == &loop_; }
  /// By the scope, whose tasks have ended. What was posted before is started, and the scope waits for it.
  void close() {
    std::vector<std::function<void(scope&)>> rest;
    scope* s = nullptr;
    {
      std::scoped_lock lock(mutex_);
      s = std::exchange(scope_, nullptr);
      rest.swap(waiting_);
    }
    loop_.may_expect_no_more();
    for (auto& start : rest) start(*s);
  }

 private:
  static loop* loop_of_thread() noexcept { return here.current; }
  void arrived() noexcept override {
    std::vector<std::function<void(scope&)>> batch;
    std::shared_ptr<mailbox> last;  // released when the lock is
    scope* s = nullptr;
    {
      std::scoped_lock lock(mutex_);
      posted_ = false;
      last = std::move(myself_);
      batch.swap(waiting_);
      s = scope_;
    }
    for (auto& start : batch) start(*s);  // none if the scope has ended: close() took them
  }

  std::mutex mutex_;
  scope* scope_;
  loop& loop_;
  std::vector<std::function<void(scope&)>> waiting_;
  std::shared_ptr<mailbox> myself_;  // while posted
  bool posted_ = false;
};

bool post_to_scope(mailbox& m, std::function<void(scope&)> start) { return m.post(std::move(start)); }
bool is_on_loop_of(const mailbox& m) noexcept { return m.on_loop(); }

std::shared_ptr<mailbox> mailbox_of(scope& s) {
  if (!s.mailbox_) s.mailbox_ = std::make_shared<mailbox>(s, s.context_.loop());
  return s.mailbox_;
}

}  // namespace internal

void scope::close_mailbox() noexcept {
  if (mailbox_) std::exchange(mailbox_, nullptr)->close();
}

}  // namespace lockstep::async
