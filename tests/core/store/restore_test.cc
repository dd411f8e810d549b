// What a restore refuses, and that it leaves nothing behind.
#include "core/store/restore.h"

#include <archive.h>
#include <archive_entry.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/checksums.h"
#include "core/base/sha256.h"
#include "core/store/backup.h"
#include "core/store/tar_writer.h"
#include "tests/core/store/store_fixture.h"
#include "tests/support/damage.h"
#include "tests/support/gzip.h"

namespace carousel {
namespace {

namespace fs = std::filesystem;
using absl::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;

class RestoreTest : public StoreTest {
 protected:
  struct File {
    std::string name;
    std::string content;
  };

  // The bytes of a real backup of a dataset.
  std::string BackupBytes() {
    EXPECT_OK(AddDataset("imdb", "d"));
    const auto backup = Backup::Create(*folder_, *database_, clock_);
    EXPECT_OK(backup);
    std::string bytes;
    for (;;) {
      const auto piece = (*backup)->Read();
      EXPECT_OK(piece);
      if (!piece.ok() || piece->empty()) return bytes;
      bytes += *piece;
    }
  }

  // An archive of these files.
  void WriteArchive(const std::vector<File>& files) {
    TarWriter tar(clock_.Now());
    for (const File& file : files) {
      ASSERT_OK(tar.BeginFile(file.name, file.content.size()));
      ASSERT_OK(tar.Append(file.content));
    }
    ASSERT_OK(tar.Finish());
    ASSERT_OK(WriteFileAtomically(archive_, tar.Take(tar.size())));
  }

  // One whose manifest is right.
  void WriteSealedArchive(std::vector<File> files) {
    std::string manifest;
    for (const File& file : files) {
      absl::StrAppend(&manifest, ToHex(Sha256Of(file.content)), "  ", file.name,
                      "\n");
    }
    files.push_back({kChecksumsFile, manifest});
    WriteArchive(files);
  }

  // An archive with one entry that is no file.
  void WriteSpecial(const std::function<void(archive_entry*)>& shape) {
    archive* const writer = archive_write_new();
    archive_write_set_format_pax_restricted(writer);
    ASSERT_EQ(archive_write_open_filename(writer, archive_.c_str()),
              ARCHIVE_OK);
    archive_entry* const entry = archive_entry_new();
    archive_entry_set_pathname(entry, "datasets/imdb/rows");
    archive_entry_set_perm(entry, 0600);
    archive_entry_set_size(entry, 0);
    shape(entry);
    ASSERT_EQ(archive_write_header(writer, entry), ARCHIVE_OK);
    archive_entry_free(entry);
    archive_write_free(writer);
  }

  absl::StatusOr<RestoredBackup> Restore() {
    return RestoreBackup(archive_, target_);
  }

  void ExpectRefused(StatusCode code, const std::string& message) {
    EXPECT_THAT(Restore(), StatusIs(code, HasSubstr(message)));
    EXPECT_FALSE(fs::exists(target_)) << message;
  }

  const TempDir outside_;
  const fs::path archive_ = outside_ / "backup.tar";
  const fs::path target_ = outside_ / "restored";
};

TEST_F(RestoreTest, RestoresIntoAMissingAnEmptyAndANewlyMountedFolder) {
  ASSERT_OK(WriteFileAtomically(archive_, BackupBytes()));
  EXPECT_OK(RestoreBackup(archive_, outside_ / "a/b/missing"));
  ASSERT_OK(CreateFolder(outside_ / "empty"));
  EXPECT_OK(RestoreBackup(archive_, outside_ / "empty"));
  ASSERT_OK(CreateFolder(outside_ / "mounted/lost+found"));
  EXPECT_OK(RestoreBackup(archive_, outside_ / "mounted"));
  for (const char* name : {"a/b/missing", "empty", "mounted"}) {
    EXPECT_OK(DataFolder::Open(outside_ / name)) << name;
    EXPECT_OK(VerifyChecksums(outside_ / name / "datasets/imdb")) << name;
  }
}

TEST_F(RestoreTest, TakesACompressedBackup) {
  ASSERT_OK(WriteFileAtomically(archive_, Gzip(BackupBytes())));
  EXPECT_OK(Restore());
}

TEST_F(RestoreTest, AFolderThatIsNotEmptyStaysAsItIs) {
  ASSERT_OK(WriteFileAtomically(archive_, BackupBytes()));
  ASSERT_OK(CreateFolder(target_));
  ASSERT_OK(WriteFileAtomically(target_ / "mine", "kept"));
  EXPECT_THAT(Restore(), StatusIs(StatusCode::kFailedPrecondition,
                                  AllOf(HasSubstr(target_.string()),
                                        HasSubstr("\"mine\""))));
  fs::remove(target_ / "mine");
  EXPECT_TRUE(fs::is_empty(target_));
}

TEST_F(RestoreTest, TheFolderOfARunningServerIsRefused) {
  ASSERT_OK(WriteFileAtomically(archive_, BackupBytes()));
  EXPECT_THAT(RestoreBackup(archive_, folder_->root()),
              StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_OK(VerifyChecksums(folder_->dataset("imdb")));
}

TEST_F(RestoreTest, WhatIsNoArchiveIsRefused) {
  EXPECT_THAT(Restore(),
              StatusIs(StatusCode::kNotFound, HasSubstr(archive_.string())));
  EXPECT_FALSE(fs::exists(target_));
  ASSERT_OK(WriteFileAtomically(archive_, "id,review\n1,good\n"));
  ExpectRefused(StatusCode::kInvalidArgument, "is no tar archive");
  ASSERT_OK(WriteFileAtomically(archive_, ""));
  ExpectRefused(StatusCode::kInvalidArgument, "is no tar archive");
}

TEST_F(RestoreTest, ACutBackupIsDataLossWhereverItIsCut) {
  const std::string bytes = BackupBytes();
  // Not the end: tar closes with two empty blocks.
  for (std::size_t size = 512; size + 1024 < bytes.size(); size += 512) {
    ASSERT_OK(WriteFileAtomically(archive_, bytes.substr(0, size)));
    EXPECT_THAT(Restore(), StatusIs(StatusCode::kDataLoss)) << size;
    ASSERT_FALSE(fs::exists(target_)) << size;
  }
}

TEST_F(RestoreTest, ADamagedFileIsDataLossNamingIt) {
  ASSERT_OK(WriteFileAtomically(archive_, BackupBytes()));
  Damage(archive_, "rows of d", "rows of e");
  ExpectRefused(StatusCode::kDataLoss, "datasets/imdb/rows");
}

TEST_F(RestoreTest, AnEmptyFolderThatWasThereIsLeftEmpty) {
  ASSERT_OK(WriteFileAtomically(archive_, BackupBytes()));
  Damage(archive_, "rows of d", "rows of e");
  ASSERT_OK(CreateFolder(target_));
  EXPECT_THAT(Restore(), StatusIs(StatusCode::kDataLoss));
  EXPECT_TRUE(fs::is_empty(target_));
}

TEST_F(RestoreTest, PathsThatLeadOutOfTheFolderAreRefused) {
  for (const char* name :
       {"../evil", "datasets/../../evil", "/tmp/evil", "datasets/./x"}) {
    WriteArchive({{name, "x"}});
    EXPECT_THAT(Restore(),
                StatusIs(StatusCode::kInvalidArgument,
                         AllOf(HasSubstr(name), HasSubstr("no plain path"))));
    EXPECT_FALSE(fs::exists(target_)) << name;
    EXPECT_FALSE(fs::exists(outside_ / "evil")) << name;
  }
}

TEST_F(RestoreTest, LinksAndDevicesAreRefused) {
  WriteSpecial([](archive_entry* entry) {
    archive_entry_set_filetype(entry, AE_IFLNK);
    archive_entry_set_symlink(entry, "/etc/passwd");
  });
  ExpectRefused(StatusCode::kInvalidArgument, "is a link or a device");
  WriteSpecial([](archive_entry* entry) {
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_hardlink(entry, "/etc/passwd");
  });
  ExpectRefused(StatusCode::kInvalidArgument, "is a link or a device");
  WriteSpecial([](archive_entry* entry) {
    archive_entry_set_filetype(entry, AE_IFIFO);
  });
  ExpectRefused(StatusCode::kInvalidArgument, "is a link or a device");
}

TEST_F(RestoreTest, PathsThatNoBackupHoldsAreRefused) {
  for (const char* name :
       {"lock", "address", "tmp/x", "carousel.db/x", "datasets", "home/x"}) {
    WriteArchive({{name, "x"}});
    ExpectRefused(StatusCode::kInvalidArgument, "is no backup of Carousel");
  }
}

TEST_F(RestoreTest, ANameThatComesTwiceIsRefused) {
  WriteArchive({{"datasets/a/rows", "1"}, {"datasets/a/rows", "2"}});
  EXPECT_THAT(Restore(), StatusIs(StatusCode::kAlreadyExists));
  EXPECT_FALSE(fs::exists(target_));
}

TEST_F(RestoreTest, MissingAndExtraFilesAreDataLoss) {
  WriteArchive({{"datasets/a/rows", "1"}});
  ExpectRefused(StatusCode::kDataLoss, "checksums.txt is missing");
  WriteArchive({{"datasets/a/rows", "1"}, {kChecksumsFile, ""}});
  ExpectRefused(StatusCode::kDataLoss, "datasets/a/rows does not belong there");
  WriteSealedArchive({{"datasets/a/rows", "1"}});
  ExpectRefused(StatusCode::kDataLoss, "carousel.db is missing");
  // As `tar c .` names them.
  WriteArchive({{"./datasets/a/rows", "1"}, {"./checksums.txt", ""}});
  ExpectRefused(StatusCode::kDataLoss, "datasets/a/rows does not belong there");
}

TEST_F(RestoreTest, ACatalogueThatCannotBeUsedIsRefused) {
  WriteSealedArchive({{"carousel.db", "no database"}});
  ExpectRefused(StatusCode::kDataLoss, "carousel.db");
}

}  // namespace
}  // namespace carousel
