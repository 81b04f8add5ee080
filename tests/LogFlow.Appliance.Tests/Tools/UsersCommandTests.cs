using LogFlow.Queue;
using LogFlow.Testing;

namespace LogFlow.Appliance.Tests;

/// <summary><c>logflow users</c>, and that whom it makes can log in.</summary>
public sealed class UsersCommandTests : IAsyncLifetime, IDisposable
{
    private const string Password = "bob's secret, with a comma";

    private readonly TempDirectory _folder = new();
    private RunningQueue? _queue;

    private Toolbox Tools => new(_queue!.Endpoint);

    public async Task InitializeAsync() => _queue = await RunningQueue.StartAsync(new QueueConfig
    {
        Listeners = ["PLAINTEXT://127.0.0.1:0", "SASL_PLAINTEXT://127.0.0.1:0"],
        LogDir = _folder.File("queue"),
        HttpPort = -1,
    });

    public async Task DisposeAsync() => await _queue!.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task User_IsMadeListedLogsInAndIsDeleted()
    {
        Assert.Equal(new ToolRun(0, "", "there is no user\n"), await Tools.RunAsync("users", "list"));

        var made = await Tools.RunAsync(Password + "\n", ["users", "create", "bob"]);

        Assert.Equal(
            new ToolRun(
                0, "user bob can log in by SCRAM-SHA-256\nuser bob can log in by SCRAM-SHA-512\n", ""),
            made);
        Assert.Equal(
            "USER  MECHANISM      ITERATIONS\nbob   SCRAM-SHA-256        4096\nbob   SCRAM-SHA-512        4096\n",
            await Tools.OutputOfAsync("users", "list"));
        await LogIn("SCRAM-SHA-512", Password).OutputOfAsync("topics", "list");
        Assert.NotEqual(0, (await LogIn("SCRAM-SHA-256", "guess").RunAsync("topics", "list")).ExitCode);

        Assert.Equal("deleted bob\n", await Tools.OutputOfAsync("users", "delete", "bob"));
        Assert.NotEqual(0, (await LogIn("SCRAM-SHA-512", Password).RunAsync("topics", "list")).ExitCode);
    }

    [Fact]
    public async Task Password_FromAFile_ForOneMechanism()
    {
        var file = _folder.File("password");
        await File.WriteAllTextAsync(file, "from-a-file\r\nanother line\n");

        await Tools.OutputOfAsync(
            "users", "create", "carol", "--mechanism", "SCRAM-SHA-256", "--iterations", "8192", "--password-file",
            file);

        Assert.Equal(
            """{"user":"carol","mechanism":"SCRAM-SHA-256","iterations":8192}""" + "\n",
            await Tools.OutputOfAsync("users", "list", "--json"));
        await LogIn("SCRAM-SHA-256", "from-a-file", "carol").OutputOfAsync("topics", "list");
    }

    [Fact]
    public async Task Create_WithoutAPassword_IsRefusedBeforeAnythingIsAsked()
    {
        var run = await Tools.RunAsync("", ["users", "create", "bob"]);

        Assert.Equal(new ToolRun(2, "", "there is no password in standard input\n"), run);
        Assert.Equal("", await Tools.OutputOfAsync("users", "list"));
    }

    [Fact]
    public async Task Delete_OfNobody_SaysSo() => Assert.Equal(
        new ToolRun(1, "", "user 'nobody' is not deleted: it does not exist\n"),
        await Tools.RunAsync("users", "delete", "nobody"));

    private Toolbox LogIn(string mechanism, string password, string user = "bob")
    {
        var file = _folder.File($"{user}-{mechanism}-{password.Length}.properties");
        File.WriteAllLines(file,
        [
            "security.protocol=SASL_PLAINTEXT", $"sasl.mechanism={mechanism}",
            $"sasl.username={user}", $"sasl.password={password}",
        ]);
        return new Toolbox($"127.0.0.1:{_queue!.PortOf("SASL_PLAINTEXT")}", file);
    }
}
