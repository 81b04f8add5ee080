using System.Text;
using LogFlow.Testing;

namespace LogFlow.Hosting.Tests;

public sealed class KeystoreTests : IDisposable
{
    private const string Password = "correct horse";

    private readonly TempDirectory _folder = new();

    private string PathOfKeystore => _folder.File("state", "sample.keystore");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData(Password)]
    public void Keystore_WrittenAndRead_HasItsValuesAndShowsNone(string password)
    {
        var written = Keystore.Empty(PathOfKeystore, password);
        written.Set("ES_PWD", "swordfish");
        written.Set("a.b", "line one\nline two ü\n");
        written.Save();

        var read = Keystore.Load(PathOfKeystore, () => password)!;

        Assert.Equal(["ES_PWD", "a.b"], read.Names);
        Assert.Equal("swordfish", read.Find("ES_PWD"));
        Assert.Equal("line one\nline two ü\n", read.Find("a.b"));
        Assert.Null(read.Find("es_pwd"));
        var bytes = Encoding.Latin1.GetString(File.ReadAllBytes(PathOfKeystore));
        Assert.DoesNotContain("swordfish", bytes, StringComparison.Ordinal);
        Assert.DoesNotContain("ES_PWD", bytes, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PathOfKeystore));
    }

    [Fact]
    public void Keystore_WrittenTwice_HasNoByteOfSaltAndNonceInCommon()
    {
        var keystore = Keystore.Empty(PathOfKeystore, "");
        keystore.Save();
        var first = File.ReadAllBytes(PathOfKeystore);
        keystore.Save();
        var second = File.ReadAllBytes(PathOfKeystore);

        Assert.NotEqual(first[16..48], second[16..48]);
        Assert.NotEqual(first[48..60], second[48..60]);
    }

    [Fact]
    public void Keystore_ThatIsNotThere_IsNone() => Assert.Null(Keystore.Load(PathOfKeystore, () => null));

    /// <summary>Header, entries and tag alike: no byte can be changed unseen.</summary>
    [Fact]
    public void Keystore_WithAnyByteChanged_IsRefusedInOneLine()
    {
        Save("");
        var good = File.ReadAllBytes(PathOfKeystore);
        for (var at = 0; at < good.Length; at++)
        {
            var bad = good.ToArray();
            bad[at] ^= 0x55;
            File.WriteAllBytes(PathOfKeystore, bad);
            var error = Assert.Throws<StartupException>(() => Keystore.Load(PathOfKeystore, () => null));
            Assert.Equal(2, error.ExitCode);
            Assert.Contains(PathOfKeystore, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    [InlineData(-1)]
    public void Keystore_CutOff_IsRefused(int length)
    {
        Save("");
        var good = File.ReadAllBytes(PathOfKeystore);
        File.WriteAllBytes(PathOfKeystore, good[..(length < 0 ? good.Length + length : length)]);
        var error = Assert.Throws<StartupException>(() => Keystore.Load(PathOfKeystore, () => null));
        Assert.Contains("keystore create --force", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keystore_OfALaterVersion_SaysWhichIsRead()
    {
        Save("");
        var bytes = File.ReadAllBytes(PathOfKeystore);
        bytes[8] = 2;
        File.WriteAllBytes(PathOfKeystore, bytes);
        var error = Assert.Throws<StartupException>(() => Keystore.Load(PathOfKeystore, () => null));
        Assert.Contains("has version 2, and this program reads version 1", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "has a password: give it in the environment variable LOGFLOW_KEYSTORE_PASSWORD")]
    [InlineData("wrong", "its password is not the one in LOGFLOW_KEYSTORE_PASSWORD")]
    public void Keystore_WithoutItsPassword_SaysWhereToGiveIt(string? password, string expected)
    {
        Save(Password);
        var error = Assert.Throws<StartupException>(() => Keystore.Load(PathOfKeystore, () => password));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void Keystore_OpenToOthers_IsRefusedWithTheCommandThatClosesIt(UnixFileMode more)
    {
        Save("");
        File.SetUnixFileMode(PathOfKeystore, UnixFileMode.UserRead | UnixFileMode.UserWrite | more);
        var error = Assert.Throws<StartupException>(() => Keystore.Load(PathOfKeystore, () => null));
        Assert.Contains($"chmod 600 {PathOfKeystore}", error.Message, StringComparison.Ordinal);
    }

    private void Save(string password)
    {
        var keystore = Keystore.Empty(PathOfKeystore, password);
        keystore.Set("NAME", "value");
        keystore.Save();
    }
}
