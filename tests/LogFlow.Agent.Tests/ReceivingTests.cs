using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using LogFlow.Hosting;
using LogFlow.Testing;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent.Tests;

/// <summary>Inputs that read no log files: what they took arrives once, in order, also after a kill.</summary>
public sealed class ReceivingTests
{
    [Fact]
    public async Task Tcp_LinesOfAConnection_ArriveInOrderWithTheirSender()
    {
        await using var harness = Harness(new InputConfig { Id = "in", Type = "tcp", Host = "localhost:0" });
        await harness.StartAsync();
        using var client = await ConnectAsync(harness);
        await client.SendAsync("first\r\nsecond \"quoted\"\nthird without end"u8.ToArray());
        client.Shutdown(SocketShutdown.Send);
        await harness.FinishAsync(3);
        var records = harness.Queue.Records();
        Assert.Equal(
            ["first", "second \"quoted\"", "third without end"], records.Select(static record => record.Message));
        var json = records[0].Event;
        Assert.Equal("tcp", json.GetProperty("input").GetProperty("type").GetString());
        Assert.Equal(
            client.LocalEndPoint!.ToString(),
            json.GetProperty("log").GetProperty("source").GetProperty("address").GetString());
        Assert.False(json.GetProperty("log").TryGetProperty("file", out _));
        Assert.False(json.GetProperty("log").TryGetProperty("offset", out _));
    }

    [Fact]
    public async Task Tcp_KillWithoutAcknowledgement_WhatWasTakenArrivesOnce()
    {
        await using var harness = Harness(new InputConfig { Id = "in", Type = "tcp", Host = "localhost:0" });
        await harness.StartAsync();
        using (var client = await ConnectAsync(harness))
        {
            await SendLinesAsync(client, 0, 500);
            await harness.HasAsync(500);
            harness.Queue.Block();
            await SendLinesAsync(client, 500, 500);
            await Eventually.TrueAsync(() => Received(harness) == 500 + 500, "all lines are in the spool");
            await harness.CrashAsync();
        }

        harness.Queue.Unblock();
        await harness.StartAsync();
        using var again = await ConnectAsync(harness);
        await SendLinesAsync(again, 1000, 10);
        await harness.FinishAsync(1010);
        Assert.Equal(
            Enumerable.Range(0, 1010).Select(static number => $"line {number}"),
            harness.Queue.Records().Select(static record => record.Message));
    }

    [Fact]
    public async Task Tcp_QueueAway_SenderWaitsAndNothingIsLost()
    {
        await using var harness = Harness(Small(new InputConfig { Id = "in", Type = "tcp", Host = "localhost:0" }));
        await harness.StartAsync();
        harness.Queue.Block();
        using var client = await ConnectAsync(harness);
        const int Lines = 40_000;
        var sending = SendLinesAsync(client, 0, Lines, new string('x', 200));
        await Eventually.TrueAsync(
            () => harness.Loggers.Count(LogLevel.Warning, "nothing more is taken") > 0, "the spool is full");
        Assert.False(sending.IsCompleted);
        Assert.Contains("spool.max_bytes", harness.Agent.CheckHealth().Detail, StringComparison.Ordinal);
        harness.Queue.Unblock();
        await sending;
        await harness.FinishAsync(Lines);
        Assert.Equal(
            Enumerable.Range(0, Lines).Select(static number => $"line {number}"),
            harness.Queue.Records().Select(static record => record.Message.Split(" x")[0]));
    }

    [Fact]
    public async Task Spool_ManyFiles_AreReadInOrderAndDeleted()
    {
        await using var harness = Harness(Small(new InputConfig { Id = "in", Type = "tcp", Host = "localhost:0" }));
        await harness.StartAsync();
        using var client = await ConnectAsync(harness);
        await SendLinesAsync(client, 0, 20_000, new string('y', 150));
        await harness.HasAsync(20_000);
        await Eventually.TrueAsync(
            () => Directory.GetFiles(Path.Combine(harness.Data, "spool", "in")).Length == 1, "one file is left");
        await harness.FinishAsync(20_000);
        Assert.Equal(
            Enumerable.Range(0, 20_000).Select(static number => $"line {number}"),
            harness.Queue.Records().Select(static record => record.Message.Split(" y")[0]));
    }

    [Fact]
    public async Task Udp_SpoolFull_DropsAreCountedAndSaid()
    {
        await using var harness = Harness(Small(new InputConfig { Id = "in", Type = "udp", Host = "127.0.0.1:0" }));
        await harness.StartAsync();
        harness.Queue.Block();
        using var client = new UdpClient();
        client.Connect(PlaceOf(harness));
        var message = Encoding.UTF8.GetBytes(new string('u', 900));
        await Eventually.TrueAsync(
            async () =>
            {
                for (var count = 0; count < 50; count++)
                {
                    await client.SendAsync(message);
                }

                return harness.Loggers.Count(LogLevel.Warning, "nothing more is taken") > 0;
            },
            "the spool is full");
        harness.Queue.Unblock();
        await Eventually.TrueAsync(
            async () =>
            {
                await client.SendAsync("after\n"u8.ToArray());
                return harness.Queue.Records().Any(static record => record.Message == "after");
            },
            "datagrams are taken again");
        await harness.StopAsync();

        // What waited in the socket may have filled it again: each time it was full is followed by an end of that.
        Assert.Equal(
            harness.Loggers.Count(LogLevel.Warning, "nothing more is taken"),
            harness.Loggers.Count(LogLevel.Warning, "messages were dropped meanwhile"));
    }

    [Fact]
    public async Task Udp_LongDatagram_IsCutAndFlagged()
    {
        await using var harness = Harness(new InputConfig
        {
            Id = "in",
            Type = "udp",
            Host = "127.0.0.1:0",
            MaxMessageSize = 10,
        });
        await harness.StartAsync();
        using var client = new UdpClient();
        client.Connect(PlaceOf(harness));
        await client.SendAsync("12345678901234"u8.ToArray());
        await harness.FinishAsync(1);
        var record = harness.Queue.Records().Single();
        Assert.Equal("1234567890", record.Message);
        Assert.Equal("truncated", record.Event.GetProperty("log").GetProperty("flags")[0].GetString());
    }

    [Theory]
    [InlineData(UnixSocketType.Stream)]
    [InlineData(UnixSocketType.Datagram)]
    public async Task Unix_Socket_IsMadeUsedAndRemoved(UnixSocketType type)
    {
        using var folder = new TempDirectory();
        var path = folder.File("agent.sock");
        await using var harness = Harness(new InputConfig
        {
            Id = "in",
            Type = "unix",
            SocketPath = path,
            SocketType = type,
            SocketMode = "0600",
        });
        await harness.StartAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        using (var client = new Socket(
            AddressFamily.Unix, type == UnixSocketType.Stream ? SocketType.Stream : SocketType.Dgram, 0))
        {
            client.Connect(new UnixDomainSocketEndPoint(path));
            client.Send("hello\n"u8);
        }

        await harness.HasAsync(1);
        await harness.CrashAsync();

        // What a killed run leaves is taken over. (A socket that is disposed removes its file.)
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, 0))
        {
            left.Bind(new UnixDomainSocketEndPoint(path + ".x"));
            File.Move(path + ".x", path);
        }

        await harness.StartAsync();
        await harness.FinishAsync(1);
        Assert.False(File.Exists(path));
        Assert.Equal("hello", harness.Queue.Records().Single().Message);
    }

    [Fact]
    public async Task Syslog_Datagrams_AreTakenApart()
    {
        await using var harness = Harness(new InputConfig
        {
            Id = "in",
            Type = "syslog",
            SyslogUdpHost = "127.0.0.1:0",
            Timezone = "UTC",
        });
        await harness.StartAsync();
        using var client = new UdpClient();
        client.Connect(PlaceOf(harness));
        await client.SendAsync("<34>Oct 11 22:14:15 mymachine su[123]: failed for lonvick"u8.ToArray());
        await harness.FinishAsync(1);
        var record = harness.Queue.Records().Single();
        Assert.Equal("failed for lonvick", record.Message);
        var json = record.Event;
        Assert.Equal("mymachine", json.GetProperty("hostname").GetString());
        Assert.Equal(123, json.GetProperty("process").GetProperty("pid").GetInt32());
        Assert.Equal("Critical", json.GetProperty("syslog").GetProperty("severity_label").GetString());
        var log = json.GetProperty("log");
        Assert.Equal(34, log.GetProperty("syslog").GetProperty("priority").GetInt32());
        Assert.StartsWith("127.0.0.1:", log.GetProperty("source").GetProperty("address").GetString());
    }

    [Fact]
    public async Task Tcp_Tls_OnlyThoseWhoSpeakItAreHeard()
    {
        using var authority = new TestAuthority();
        var (certificate, key) = authority.Issue("server", "localhost");
        await using var harness = Harness(new InputConfig
        {
            Id = "in",
            Type = "tcp",
            Host = "localhost:0",
            Ssl = new SslServerConfig { Certificate = certificate, Key = key },
        });
        await harness.StartAsync();
        using (var plain = await ConnectAsync(harness))
        {
            await plain.SendAsync("not secret\n"u8.ToArray());
        }

        using var client = await ConnectAsync(harness);
        await using var stream = new SslStream(
            new NetworkStream(client), leaveInnerStreamOpen: false,
            (_, shown, _, _) => shown!.Subject.Contains("server", StringComparison.Ordinal));
        await stream.AuthenticateAsClientAsync("localhost");
        await stream.WriteAsync("secret\n"u8.ToArray());
        await harness.FinishAsync(1);
        Assert.Equal("secret", harness.Queue.Records().Single().Message);
    }

    [Fact]
    public async Task Tcp_PortInUse_NamesTheKey()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await using var harness = Harness(new InputConfig
        {
            Id = "in",
            Type = "tcp",
            Host = $"localhost:{((IPEndPoint)taken.LocalEndpoint).Port}",
        });
        var error = await Assert.ThrowsAsync<StartupException>(() => harness.StartAsync());
        Assert.Contains("'host'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tcp_Silent_IsClosed_AndOthersWaitTheirTurn()
    {
        await using var harness = Harness(new InputConfig
        {
            Id = "in",
            Type = "tcp",
            Host = "localhost:0",
            MaxConnections = 1,
            ConnectionTimeout = TimeSpan.FromMilliseconds(300),
        });
        await harness.StartAsync();
        using var silent = await ConnectAsync(harness);
        await silent.SendAsync("half a line"u8.ToArray());
        using var next = await ConnectAsync(harness);
        await next.SendAsync("whole\n"u8.ToArray());
        await harness.FinishAsync(2);
        Assert.Equal(["half a line", "whole"], harness.Queue.Records().Select(static record => record.Message));
        Assert.Equal(0, await silent.ReceiveAsync(new byte[1]));
    }

    [Fact]
    public async Task Stdin_LinesAndMultiline_AreReadToTheEnd()
    {
        var text = new MemoryStream(Encoding.Latin1.GetBytes("Gr\u00fc\u00dfe\n at x\nlast without end"));
        ReceivedInput.OpenStandardInput = () => text;
        try
        {
            await using var harness = Harness(
                new InputConfig
                {
                    Id = "in",
                    Type = "stdin",
                    Encoding = "iso8859-1",
                    Multiline = new MultilineConfig { Pattern = @"^\s", MatchWritten = MultilineMatch.After },
                },
                once: true);
            await harness.StartAsync();
            await harness.Agent.Completion.WaitAsync(TimeSpan.FromSeconds(60));
            await harness.FinishAsync(2);
            Assert.Equal(
                ["Gr\u00fc\u00dfe\n at x", "last without end"],
                harness.Queue.Records().Select(static record => record.Message));
        }
        finally
        {
            ReceivedInput.OpenStandardInput = Console.OpenStandardInput;
        }
    }

    [Fact]
    public async Task Spool_TornEnd_IsCutOff_AndWholeLinesArrive()
    {
        await using var harness = Harness(new InputConfig { Id = "in", Type = "tcp", Host = "localhost:0" });
        var folder = Path.Combine(harness.Data, "spool", "in");
        Directory.CreateDirectory(folder);
        File.WriteAllText(
            Path.Combine(folder, $"{5:D20}.spool"),
            "{\"t\":1,\"n\":5}\n{\"t\":1700000000000,\"m\":\"whole\"}\n{\"t\":1,\"m\":\"to");
        await harness.StartAsync();
        await harness.FinishAsync(1);
        var record = harness.Queue.Records().Single();
        Assert.Equal("whole", record.Message);
        Assert.Equal("2023-11-14T22:13:20.000Z", record.Event.GetProperty("@timestamp").GetString());
        Assert.Equal(1, harness.Loggers.Count(LogLevel.Warning, "ended in the middle of a line"));
    }

    [Theory]
    [InlineData("tcp", "multiline")]
    [InlineData("udp", "ssl")]
    public void Keys_ThatCannotBeObeyed_AreRefused(string type, string key)
    {
        var input = new InputConfig
        {
            Type = type,
            Host = "localhost:1",
            Multiline = key == "multiline" ? new MultilineConfig { Pattern = "x" } : null,
            Ssl = key == "ssl" ? new SslServerConfig() : null,
        };
        Assert.Equal(key, Assert.Single(input.Validate()).Key);
    }

    private static InputConfig Small(InputConfig input)
    {
        // The least that is possible: four of the longest lines.
        input.MaxMessageSize = 1000;
        input.SpoolBytes = 1 << 20;
        return input;
    }

    private static AgentHarness Harness(InputConfig input, bool once = false)
    {
        input.CheckInterval = TimeSpan.FromMilliseconds(50);
        input.BackoffInit = TimeSpan.FromMilliseconds(20);
        input.BackoffMax = TimeSpan.FromMilliseconds(100);
        return new AgentHarness(config => (config.Inputs, config.Once) = ([input], once));
    }

    private static IPEndPoint PlaceOf(AgentHarness harness) => (IPEndPoint)(harness.Agent.Received[0].Receiver switch
    {
        StreamReceiver stream => stream.LocalEndPoint,
        DatagramReceiver datagram => datagram.LocalEndPoint,
        _ => null,
    })!;

    private static async Task<Socket> ConnectAsync(AgentHarness harness)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(PlaceOf(harness));
        return client;
    }

    private static async Task SendLinesAsync(Socket client, int from, int count, string rest = "")
    {
        await using var stream = new NetworkStream(client, ownsSocket: false);
        await using var writer = new StreamWriter(stream);
        for (var number = from; number < from + count; number++)
        {
            await writer.WriteAsync(rest.Length == 0 ? $"line {number}\n" : $"line {number} {rest}\n");
        }
    }

    private static long Received(AgentHarness harness) => harness.Agent.Counters.Received;
}
