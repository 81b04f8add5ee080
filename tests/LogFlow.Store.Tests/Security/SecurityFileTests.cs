using System.Text;
using LogFlow.Hosting;
using LogFlow.Testing;

namespace LogFlow.Store.Tests;

/// <summary>The file of users and keys: whole, or an error that says what to do; never taken for empty.</summary>
public sealed class SecurityFileTests : IDisposable
{
    private static readonly SecurityState State = SecurityState.Of(
        [
            new StoreUser
            {
                Name = "alice",
                Password = new PasswordHash(1000, [1, 2], [3, 4]),
                Roles = ["admin", "read:logs-*"],
                FullName = "Alice",
                Metadata = TestStore.Element("""{"team":"ops"}"""),
            },
        ],
        [
            new StoreApiKey
            {
                Id = "id",
                Name = "agent",
                Hash = [5, 6],
                Owner = "alice",
                Grants = [new StoreGrant(["logs-*"], StoreAccess.Write)],
                IsAdmin = false,
                CreatedMs = 1,
                ExpiresMs = 2,
            },
        ]);

    private readonly TempDirectory _folder = new();

    private string FilePath => Path.Combine(_folder.Path, SecurityFile.FileName);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Save_Load_GivesTheSame()
    {
        SecurityFile.Save(_folder.Path, State);

        var read = SecurityFile.Load(_folder.Path);
        var user = read.Users["alice"];
        Assert.Equal((1000, "Alice", true), (user.Password.Iterations, user.FullName, user.IsEnabled));
        Assert.Equal([3, 4], user.Password.Hash);
        Assert.Equal(["admin", "read:logs-*"], user.Roles);
        Assert.Equal("ops", user.Metadata!.Value.GetProperty("team").GetString());
        var key = read.Keys["id"];
        Assert.Equal(("alice", 2L, null), (key.Owner, key.ExpiresMs, key.InvalidatedMs));
        Assert.Equal(StoreAccess.Write, Assert.Single(key.Grants).Access);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
    }

    [Fact]
    public void Load_NoFile_IsEmpty() => Assert.False(SecurityFile.Load(_folder.Path).HasAny);

    [Fact]
    public void Load_AnyByteChanged_OrAnyPartMissing_IsAnErrorThatNamesFileAndRemedy()
    {
        SecurityFile.Save(_folder.Path, State);
        var whole = File.ReadAllBytes(FilePath);
        for (var i = 0; i < whole.Length; i++)
        {
            var changed = (byte[])whole.Clone();
            changed[i] ^= 0x10;
            AssertDamaged(changed);
            AssertDamaged(whole[..i]);
        }
    }

    [Fact]
    public void Load_WithAChecksumButNotOurContents_IsAnError()
    {
        foreach (var body in (string[])["", "[]", "{}", "null", """{"users":[{"name":"a"}],"keys":[]}"""])
        {
            var bytes = Encoding.UTF8.GetBytes(body);
            var crc = LogFlow.Platform.Crc32C.Append(0, bytes);
            AssertDamaged([.. Encoding.ASCII.GetBytes($"logflow-security 1 {crc:x8}\n"), .. bytes]);
        }
    }

    private void AssertDamaged(byte[] contents)
    {
        File.WriteAllBytes(FilePath, contents);
        var error = Assert.Throws<StartupException>(() => SecurityFile.Load(_folder.Path));
        Assert.Contains(FilePath, error.Message, StringComparison.Ordinal);
        Assert.Contains("put back a copy", error.Message, StringComparison.Ordinal);
    }
}
