using System.Net.Sockets;
using System.Text;
using LogFlow.Testing;

namespace LogFlow.EndToEnd.Tests;

/// <summary>What systemd hears of a service (sd_notify(3)).</summary>
public class SystemdTests
{
    [RequiresFact(Requirement.Linux)]
    public async Task Queue_UnderSystemd_SaysWhenItIsReadyAliveAndStopping()
    {
        using var folder = new TempDirectory();
        using var supervisor = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        supervisor.Bind(new UnixDomainSocketEndPoint(folder.File("notify")));
        await using var queue = LogFlowProcess.Start(
            "logflow-queue",
            [
                "-E", "listeners=PLAINTEXT://127.0.0.1:0", "-E", $"log.dirs={folder.File("queue")}",
                "-E", "queue.http.port=0",
            ],
            new Dictionary<string, string>
            {
                ["NOTIFY_SOCKET"] = folder.File("notify"),
                ["WATCHDOG_USEC"] = "200000",
            });

        await HearAsync(supervisor, "READY=1", queue);
        await HearAsync(supervisor, "WATCHDOG=1", queue);
        queue.Send(ChildProcess.Sigterm);
        await HearAsync(supervisor, "STOPPING=1", queue);
        await queue.WaitForExitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(0, queue.ExitCode);
    }

    private static async Task HearAsync(Socket supervisor, string expected, ChildProcess queue)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var buffer = new byte[1024];
        var heard = "";
        while (heard != expected)
        {
            Assert.False(queue.HasExited, queue.Output);
            heard = Encoding.UTF8.GetString(buffer, 0, await supervisor.ReceiveAsync(buffer, limit.Token));
        }
    }
}
