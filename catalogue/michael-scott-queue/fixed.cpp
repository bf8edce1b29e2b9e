// Link by compare-exchange from null; swing the tail, or help whoever has not swung it yet.
#include <atomic>
#include <cassert>
#include <thread>

struct Node {
  int value = 0;
  std::atomic<Node*> next{nullptr};
};

Node nodes[3];  // nodes[0] is the dummy; they live until the end
std::atomic<Node*> head{&nodes[0]}, tail{&nodes[0]};

void put(Node* fresh, int value) {
  fresh->value = value;
  for (;;) {
    Node* last = tail.load(std::memory_order_acquire);
    Node* next = nullptr;
    if (last->next.compare_exchange_strong(next, fresh, std::memory_order_release, std::memory_order_acquire)) {
      tail.compare_exchange_strong(last, fresh, std::memory_order_release, std::memory_order_relaxed);
      return;
    }
    tail.compare_exchange_strong(last, next, std::memory_order_release, std::memory_order_relaxed);  // help
  }
}

int take() {
  Node* first = head.load(std::memory_order_acquire);
  for (;;) {
    Node* next = first->next.load(std::memory_order_acquire);
    if (next == nullptr) return 0;
    if (head.compare_exchange_strong(first, next, std::memory_order_acq_rel, std::memory_order_acquire)) {
      return next->value;
    }
  }
}

int main() {
  std::thread producer(put, &nodes[1], 1);
  put(&nodes[2], 2);
  const int early = take();
  producer.join();
  const int late = take() + take();
  assert(early + late == 3 && "each item once");
}
