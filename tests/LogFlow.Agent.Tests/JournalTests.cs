using System.Diagnostics;
using System.Globalization;
using System.Text;
using LogFlow.Testing;

namespace LogFlow.Agent.Tests;

/// <summary>systemd's journal through a program that stands for journalctl.</summary>
public sealed class JournalTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Entries_ThroughRestartAndKill_ArriveOnceWithTheirFields()
    {
        WriteProgram();
        WriteEntries(0, 3);
        await using var harness = Harness();
        await harness.StartAsync();
        await harness.HasAsync(3);
        await harness.StopAsync();
        WriteEntries(3, 2);
        await harness.StartAsync();
        await harness.HasAsync(5);
        await harness.CrashAsync();
        WriteEntries(5, 2);
        await harness.StartAsync();
        await harness.FinishAsync(7);
        var records = harness.Queue.Records();
        Assert.Equal(
            Enumerable.Range(0, 7).Select(static number => $"entry {number}"),
            records.Select(static record => record.Message));
        var json = records[0].Event;
        Assert.Equal("2023-11-14T22:13:20.000Z", json.GetProperty("@timestamp").GetString());
        Assert.Equal(42, json.GetProperty("process").GetProperty("pid").GetInt32());
        Assert.Equal("a.service", json.GetProperty("systemd").GetProperty("unit").GetString());
        Assert.Equal("x", json.GetProperty("journald").GetProperty("custom").GetProperty("my_field").GetString());
        Assert.Equal("journald", json.GetProperty("input").GetProperty("type").GetString());
    }

    [Fact]
    public async Task SeekTail_WhatComesBeforeTheFirstEntry_IsNotPassedOver()
    {
        WriteProgram();
        WriteEntries(0, 3);
        await using var harness = Harness(static input => input.Seek = JournalSeek.Tail);
        await harness.StartAsync();
        await Eventually.TrueAsync(() => Calls().Contains("--after-cursor=c2", StringComparison.Ordinal), "it follows");
        await harness.StopAsync();
        WriteEntries(3, 1);
        await harness.StartAsync();
        await harness.FinishAsync(1);
        Assert.Equal("entry 3", harness.Queue.Records().Single().Message);
    }

    [RequiresFact(Requirement.SystemdAnalyze)]
    public async Task Arguments_AreTakenByTheRealProgram()
    {
        var input = new InputConfig
        {
            Type = "journald",
            Paths = [_folder.Path],
            Units = ["a.service"],
            SyslogIdentifiers = ["sshd"],
            Facilities = ["4"],
            Transports = ["kernel"],
            IncludeMatches = ["_PID=1", "+", "_PID=2"],
        };
        var cursor = "s=0639c7a4d1f74ac5a1e5b0c1d8a1e7f1;i=1;b=0639c7a4d1f74ac5a1e5b0c1d8a1e7f1;m=1;t=1;x=1";
        foreach (var after in (string?[])[null, cursor])
        {
            using var process = Process.Start(
                new ProcessStartInfo("journalctl", Receiver(input).Arguments(after, follows: false)))!;
            await process.WaitForExitAsync();
            Assert.Equal(0, process.ExitCode);
        }
    }

    [Fact]
    public void Arguments_NameWhatIsFollowed()
    {
        var input = new InputConfig
        {
            Type = "journald",
            Units = ["a.service"],
            SyslogIdentifiers = ["sshd"],
            Transports = ["kernel"],
            IncludeMatches = ["_PID=1", "+", "_PID=2"],
        };
        Assert.Empty(input.Validate());
        Assert.Equal(
            ["--output=json", "--no-pager", "--all", "--follow", "--after-cursor=s=1", "--no-tail",
                "--unit=a.service", "--identifier=sshd", "_TRANSPORT=kernel", "_PID=1", "+", "_PID=2"],
            Receiver(input).Arguments("s=1", follows: true));
        input.IncludeMatches = ["--vacuum-size=1"];
        Assert.Equal("include_matches", Assert.Single(input.Validate()).Key);
    }

    [Fact]
    public void Entry_BytesAndLists_BecomeText()
    {
        var entry = JournalEntry.TryRead(
            """{"__CURSOR":"c","MESSAGE":[104,105],"TAG":["a","b"],"BIG":null}"""u8, 1000, default)!;
        Assert.Equal("hi", entry.Message);
        Assert.Equal("a\nb", ((EventObject)((EventObject)entry.Fields["journald"]!)["custom"]!)["tag"]);
        Assert.Null(JournalEntry.TryRead("{\"MESSAGE\":\"no cursor\"}"u8, 1000, default));
    }

    private static JournalReceiver Receiver(InputConfig input) => new(new ReceiveContext(
        "x", input, null!, 1000, new AgentCounters(), TimeProvider.System, new CollectingLogs().CreateLogger("x")));

    private AgentHarness Harness(Action<InputConfig>? change = null) => new(config =>
    {
        var input = new InputConfig
        {
            Id = "journal",
            Type = "journald",
            JournalctlPath = _folder.File("journalctl"),
            CheckInterval = TimeSpan.FromMilliseconds(50),
            BackoffInit = TimeSpan.FromMilliseconds(20),
            BackoffMax = TimeSpan.FromMilliseconds(100),
        };
        change?.Invoke(input);
        config.Inputs = [input];
    });

    private string Calls() => File.Exists(_folder.File("calls")) ? File.ReadAllText(_folder.File("calls")) : "";

    /// <summary>Prints the entries behind the cursor that it is given, or the last one, and stays.</summary>
    private void WriteProgram()
    {
        var program = _folder.File("journalctl");
        File.WriteAllText(program, $$"""
            #!/bin/sh
            echo "$@" >> {{_folder.File("calls")}}
            after=-1; last=0; follow=0
            for argument in "$@"; do
              case "$argument" in
                --version) exit 0;;
                --after-cursor=c*) after="${argument#--after-cursor=c}";;
                --lines=1) last=1;;
                --follow) follow=1;;
              esac
            done
            entries={{_folder.File("entries")}}
            if [ ! -s "$entries" ]; then exit 1; fi
            if [ $last = 1 ]; then tail -n 1 "$entries"; exit 0; fi
            tail -n +$((after + 2)) "$entries"
            printf '{"__CURSOR":"c99","MESSAGE":"not whole'
            [ $follow = 1 ] && exec sleep 600
            """);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private void WriteEntries(int from, int count)
    {
        var text = new StringBuilder();
        for (var number = from; number < from + count; number++)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $$"""{"__CURSOR":"c{{number}}","MESSAGE":"entry {{number}}",""");
            text.Append("\"__REALTIME_TIMESTAMP\":\"1700000000000000\",");
            text.Append("\"_PID\":\"42\",\"_SYSTEMD_UNIT\":\"a.service\",\"MY_FIELD\":\"x\"}\n");
        }

        File.AppendAllText(_folder.File("entries"), text.ToString());
    }
}
