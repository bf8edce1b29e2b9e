// expect: pass
// tags: spin
// Vyukov's MPSC queue: producers exchange the head, the consumer follows the links.
#include <atomic>
#include <cassert>
#include <memory>
#include <optional>
#include <string>
#include <thread>

template <typename T>
class Mpsc {
  struct Node {
    std::atomic<Node*> next{nullptr};
    std::optional<T> value;
  };

 public:
  Mpsc() : head_(new Node), tail_(head_.load()) {}
  ~Mpsc() {
    while (pop()) {
    }
    delete tail_;
  }
  void push(T value) {
    Node* n = new Node;
    n->value = std::move(value);
    Node* before = head_.exchange(n, std::memory_order_acq_rel);
    before->next.store(n, std::memory_order_release);
  }
  std::optional<T> pop() {
    Node* next = tail_->next.load(std::memory_order_acquire);
    if (!next) return std::nullopt;
    std::optional<T> v = std::move(next->value);
    delete tail_;
    tail_ = next;
    return v;
  }

 private:
  std::atomic<Node*> head_;
  Node* tail_;
};

int main() {
  Mpsc<std::string> queue;
  auto produce = [&](const char* who) { queue.push(std::string(who) + " says something fairly long"); };
  std::thread a(produce, "a"), b(produce, "b");
  int seen = 0;
  while (seen < 2) {
    if (auto s = queue.pop()) {
      assert(s->size() == 28);
      ++seen;
    } else {
      std::this_thread::yield();
    }
  }
  a.join();
  b.join();
}
