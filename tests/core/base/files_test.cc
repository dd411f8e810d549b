#include "core/base/files.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace carousel {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

std::vector<std::string> NamesIn(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

TEST(ErrnoToStatusTest, NamesActionPathAndReason) {
  const struct {
    int error;
    absl::StatusCode code;
  } cases[] = {
      {ENOENT, absl::StatusCode::kNotFound},
      {EACCES, absl::StatusCode::kPermissionDenied},
      {EEXIST, absl::StatusCode::kAlreadyExists},
      {ENOSPC, absl::StatusCode::kResourceExhausted},
      {EDQUOT, absl::StatusCode::kResourceExhausted},
      {EIO, absl::StatusCode::kInternal},
  };
  for (const auto& test : cases) {
    EXPECT_THAT(ErrnoToStatus(test.error, "open", "/a/b"),
                StatusIs(test.code, StartsWith("cannot open /a/b: ")));
  }
  EXPECT_THAT(ErrnoToStatus(ENOSPC, "write", "/a"),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       "cannot write /a: No space left on device"));
}

TEST(FilesTest, AFileComesBackAsWritten) {
  const TempDir folder;
  for (const std::string& content :
       {std::string(), std::string("a\0\n", 3), std::string(1 << 20, 'x')}) {
    ASSERT_OK(WriteFileAtomically(folder / "file", content));
    EXPECT_THAT(ReadFile(folder / "file"), IsOkAndHolds(content));
  }
  EXPECT_THAT(NamesIn(folder.path()), UnorderedElementsAre("file"));
}

TEST(FilesTest, ReadingNothingIsNotFound) {
  const TempDir folder;
  EXPECT_THAT(ReadFile(folder / "none"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("none")));
}

TEST(FileDescriptorTest, AFullDiskIsResourceExhausted) {
  ASSERT_OK_AND_ASSIGN(FileDescriptor full,
                       FileDescriptor::Open("/dev/full", O_WRONLY));
  EXPECT_THAT(full.Write("x"), StatusIs(absl::StatusCode::kResourceExhausted,
                                        HasSubstr("/dev/full")));
}

TEST(AtomicFileWriterTest, NobodySeesTheFileBeforeCommit) {
  const TempDir folder;
  ASSERT_OK(WriteFileAtomically(folder / "file", "old"));
  ASSERT_OK_AND_ASSIGN(const auto writer,
                       AtomicFileWriter::Create(folder / "file"));
  ASSERT_OK(writer->Append("new"));
  EXPECT_THAT(ReadFile(folder / "file"), IsOkAndHolds("old"));
  ASSERT_OK(writer->Commit());
  EXPECT_THAT(ReadFile(folder / "file"), IsOkAndHolds("new"));
}

TEST(AtomicFileWriterTest, KeepsTheOrderOfSmallAndLargePieces) {
  const TempDir folder;
  ASSERT_OK_AND_ASSIGN(const auto writer,
                       AtomicFileWriter::Create(folder / "file"));
  std::string whole;
  for (const std::size_t size : {1, 100'000, 0, 3, 65'536, 65'535, 2}) {
    const std::string piece(size, static_cast<char>('a' + size % 26));
    ASSERT_OK(writer->Append(piece));
    whole += piece;
  }
  ASSERT_OK(writer->Commit());
  EXPECT_THAT(ReadFile(folder / "file"), IsOkAndHolds(whole));
}

TEST(AtomicFileWriterTest, LeavesNothingBehindWithoutCommit) {
  const TempDir folder;
  {
    ASSERT_OK_AND_ASSIGN(const auto writer,
                         AtomicFileWriter::Create(folder / "file"));
    ASSERT_OK(writer->Append(std::string(1 << 20, 'x')));
    EXPECT_THAT(NamesIn(folder.path()),
                UnorderedElementsAre(StartsWith(kTemporaryPrefix.data())));
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(AtomicFileWriterTest, TwoWritersOfOneFileDoNotMix) {
  const TempDir folder;
  ASSERT_OK_AND_ASSIGN(const auto first,
                       AtomicFileWriter::Create(folder / "file"));
  ASSERT_OK_AND_ASSIGN(const auto second,
                       AtomicFileWriter::Create(folder / "file"));
  ASSERT_OK(first->Append("first"));
  ASSERT_OK(second->Append("2"));
  ASSERT_OK(second->Commit());
  ASSERT_OK(first->Commit());
  EXPECT_THAT(ReadFile(folder / "file"), IsOkAndHolds("first"));
}

TEST(AtomicFileWriterTest, ReplacesRegularFilesOnly) {
  const TempDir folder;
  ASSERT_OK(CreateFolder(folder / "folder"));
  for (const fs::path& path : {folder / "folder", fs::path("/dev/null")}) {
    EXPECT_THAT(AtomicFileWriter::Create(path).status(),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr(path.string() + ": it is not a regular")));
  }
  EXPECT_THAT(AtomicFileWriter::Create(folder / "none" / "file").status(),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST(PublishFolderTest, MovesTheWholeFolder) {
  const TempDir folder;
  ASSERT_OK(CreateFolder(folder / "new/deep/deeper"));
  ASSERT_OK(WriteFileAtomically(folder / "new/deep/deeper/file", "content"));
  ASSERT_OK(PublishFolder(folder / "new", folder / "published"));
  EXPECT_THAT(ReadFile(folder / "published/deep/deeper/file"),
              IsOkAndHolds("content"));
  EXPECT_THAT(NamesIn(folder.path()), UnorderedElementsAre("published"));
}

TEST(PublishFolderTest, NeverReplacesWhatIsThere) {
  const TempDir folder;
  ASSERT_OK(CreateFolder(folder / "new"));
  ASSERT_OK(CreateFolder(folder / "empty"));
  ASSERT_OK(WriteFileAtomically(folder / "file", "content"));
  for (const char* target : {"empty", "file"}) {
    EXPECT_THAT(PublishFolder(folder / "new", folder / target),
                StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr(target)));
  }
  EXPECT_THAT(NamesIn(folder.path()),
              UnorderedElementsAre("new", "empty", "file"));
}

TEST(PublishFolderTest, WithoutAFolderThereIsNothingToPublish) {
  const TempDir folder;
  EXPECT_THAT(PublishFolder(folder / "none", folder / "target"),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST(CreateFolderTest, CreatesParentsAndKeepsWhatIsThere) {
  const TempDir folder;
  ASSERT_OK(CreateFolder(folder / "a/b/c"));
  ASSERT_OK(WriteFileAtomically(folder / "a/b/c/file", "content"));
  ASSERT_OK(CreateFolder(folder / "a/b/c"));
  EXPECT_THAT(ReadFile(folder / "a/b/c/file"), IsOkAndHolds("content"));
  EXPECT_FALSE(CreateFolder(folder / "a/b/c/file").ok());
  EXPECT_FALSE(CreateFolder(folder / "a/b/c/file/below").ok());
}

TEST(RemoveAllTest, RemovesWhatIsThere) {
  const TempDir folder;
  ASSERT_OK(CreateFolder(folder / "a/b"));
  ASSERT_OK(WriteFileAtomically(folder / "a/b/file", "content"));
  EXPECT_OK(RemoveAll(folder / "a"));
  EXPECT_TRUE(fs::is_empty(folder.path()));
  EXPECT_OK(RemoveAll(folder / "a"));
}

TEST(MoveAsideTest, MovesWhatIsThere) {
  const TempDir folder;
  ASSERT_OK(CreateFolder(folder / "a/b"));
  EXPECT_OK(MoveAside(folder / "a", folder / "aside"));
  EXPECT_FALSE(fs::exists(folder / "a"));
  EXPECT_TRUE(fs::exists(folder / "aside/b"));
  EXPECT_OK(MoveAside(folder / "a", folder / "again"));
  EXPECT_THAT(MoveAside(folder / "aside", folder / "absent/x"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("aside")));
}

TEST(TemporaryNameTest, IsMarkedAndUniqueAndFits) {
  EXPECT_THAT(TemporaryName("imdb"), StartsWith(".tmp-imdb-"));
  EXPECT_NE(TemporaryName("imdb"), TemporaryName("imdb"));
  EXPECT_LE(TemporaryName(std::string(255, 'x')).size(), 255u);
}

TEST(FileLockTest, ASecondHolderIsToldWhoTheFirstIs) {
  const TempDir folder;
  ASSERT_OK_AND_ASSIGN(auto first,
                       FileLock::Acquire(folder / "lock", "process 17"));
  EXPECT_THAT(FileLock::Acquire(folder / "lock", "process 18").status(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("lock is locked by process 17")));
  first.reset();
  EXPECT_OK(FileLock::Acquire(folder / "lock", "18").status());
  EXPECT_THAT(ReadFile(folder / "lock"), IsOkAndHolds("18"));
}

TEST(FileLockTest, WaitReturnsWhenTheHolderLetsGo) {
  const TempDir folder;
  ASSERT_OK_AND_ASSIGN(auto first, FileLock::Acquire(folder / "lock", "1"));
  std::atomic<bool> let_go = false;
  bool had_let_go = false;
  absl::Status status;
  std::thread waiter([&] {
    status = FileLock::Wait(folder / "lock", "2").status();
    had_let_go = let_go;
  });
  let_go = true;
  first.reset();
  waiter.join();
  EXPECT_OK(status);
  EXPECT_TRUE(had_let_go);
}

TEST(FileLockTest, AStopEndsTheWait) {
  const TempDir folder;
  ASSERT_OK_AND_ASSIGN(const auto first,
                       FileLock::Acquire(folder / "lock", "1"));
  std::stop_source stop;
  absl::Status status;
  std::thread waiter([&] {
    status = FileLock::Wait(folder / "lock", "2", stop.get_token()).status();
  });
  stop.request_stop();
  waiter.join();
  EXPECT_THAT(status,
              StatusIs(absl::StatusCode::kCancelled, HasSubstr("lock")));
  EXPECT_THAT(ReadFile(folder / "lock"), IsOkAndHolds("1"));
}

TEST(FileLockTest, TheDeathOfTheHolderLetsGo) {
  const TempDir folder;
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto lock = FileLock::Acquire(folder / "lock", "the child");
    const char result = lock.ok() ? 'y' : 'n';
    if (::write(ready[1], &result, 1) != 1) ::_exit(1);
    while (true) ::pause();
  }
  char result = 'n';
  ASSERT_EQ(::read(ready[0], &result, 1), 1);
  ASSERT_EQ(result, 'y');
  EXPECT_THAT(
      FileLock::Acquire(folder / "lock", "the parent").status(),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("the child")));
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_OK(FileLock::Acquire(folder / "lock", "the parent").status());
  ::close(ready[0]);
  ::close(ready[1]);
}

}  // namespace
}  // namespace carousel
