// expect: pass
// tags: spin
// One hazard pointer per reader; the writer frees the old object once no hazard names it.
#include <atomic>
#include <cassert>
#include <thread>
#include <vector>

struct Node {
  int a, b;
};

static std::atomic<Node*> head{nullptr};
static std::atomic<Node*> hazard{nullptr};

static int read_sum() {
  Node* n;
  do {
    n = head.load();
    hazard.store(n);
  } while (n != head.load());
  const int sum = n->a + n->b;
  hazard.store(nullptr, std::memory_order_release);
  return sum;
}

int main() {
  head = new Node{1, 1};
  std::thread reader([] {
    for (int i = 0; i < 2; ++i) {
      const int s = read_sum();
      assert(s == 2 || s == 4);
    }
  });
  std::vector<Node*> retired;
  retired.push_back(head.exchange(new Node{2, 2}));
  for (Node* n : retired) {
    while (hazard.load() == n) std::this_thread::yield();
    delete n;
  }
  reader.join();
  delete head.load();
}
