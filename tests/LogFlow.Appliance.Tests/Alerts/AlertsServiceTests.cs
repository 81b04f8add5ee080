using LogFlow.Testing;
using Microsoft.Extensions.Logging;

namespace LogFlow.Appliance.Tests;

/// <summary>When alerts fire, whom they tell, and what a restart knows of it.</summary>
public sealed class AlertsServiceTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Count_RisesAndFalls_IsToldOnceEachTime()
    {
        await using var hook = await HookServer.StartAsync();
        await using var run = await AlertsRun.CreateAsync(_folder);
        await run.StartAsync(AlertsRun.Alert(hook.Url));
        await run.FirstAsync(10);
        await run.NextAsync(11);
        await hook.TakesAsync("firing");
        Assert.Equal(1, run.Meters["logflow.alerts.firing"]);
        await run.NextAsync(500);
        await run.NextAsync(3);
        await hook.TakesAsync("firing", "resolved");
        await run.NextAsync(2);
        await run.NextAsync(11);
        await hook.TakesAsync("firing", "resolved", "firing");

        var told = hook.Taken.First();
        Assert.Equal("many errors", told["name"]!.ToString());
        Assert.Equal(11, told["count"]!.GetValue<long>());
        Assert.Equal("log.level:error", told["query"]!.ToString());
        Assert.Equal("2026-01-02T03:04:00Z it\\nbroke", told["lines"]![0]!.ToString());
        Assert.Equal(
            "http://console/?q=log.level%3Aerror&t=2026-01-02T02:59:50.000Z/2026-01-02T03:04:50.000Z"
            + "&i=logs-%2A",
            told["link"]!.ToString());
        Assert.Equal(3, run.Meters["logflow.alerts.actions.sent"]);
        Assert.Equal(2, run.Logs.Count(LogLevel.Warning, "fires: 11 lines, more than 10 in 5m"));
    }

    [Fact]
    public async Task RepeatInterval_WhileItFires_IsToldAgain()
    {
        await using var hook = await HookServer.StartAsync();
        await using var run = await AlertsRun.CreateAsync(_folder);
        var alert = AlertsRun.Alert(hook.Url);
        alert.RepeatInterval = TimeSpan.FromMinutes(2);
        await run.StartAsync(alert);
        await run.FirstAsync(11);
        await run.NextAsync(12);
        await run.NextAsync(13);
        await hook.TakesAsync("firing", "firing");
        await run.NextAsync(14);
        await run.NextAsync(15);
        await hook.TakesAsync("firing", "firing", "firing");
        Assert.Equal([false, true, true], hook.Taken.Select(static body => body["repeated"]!.GetValue<bool>()));
        Assert.Equal([11, 13, 15], hook.Taken.Select(static body => body["count"]!.GetValue<int>()));
        Assert.Equal(3, hook.Taken.Select(static body => $"{body["id"]}").Distinct().Count());
    }

    [Fact]
    public async Task Restart_WhileItFires_TellsNothingTwice_AndThatItIsResolved()
    {
        await using var hook = await HookServer.StartAsync();
        await using var run = await AlertsRun.CreateAsync(_folder);
        await run.StartAsync(AlertsRun.Alert(hook.Url));
        await run.FirstAsync(11);
        await hook.TakesAsync("firing");
        await run.StopAsync();

        await run.StartAsync(AlertsRun.Alert(hook.Url));
        await run.NextAsync(12);
        await run.StopAsync();
        await run.StartAsync(AlertsRun.Alert(hook.Url));
        await run.NextAsync(1);
        await hook.TakesAsync("firing", "resolved");
        Assert.Equal(0, run.Logs.Count(LogLevel.Warning, "was not evaluated"));
    }

    [Fact]
    public async Task Restart_BeforeADelivery_DeliversIt()
    {
        await using var hook = await HookServer.StartAsync();
        hook.Refusals = 1;
        await using var run = await AlertsRun.CreateAsync(_folder);
        await run.StartAsync(AlertsRun.Alert(hook.Url));
        await run.FirstAsync(11);
        await Eventually.TrueAsync(
            () => run.Logs.Count(LogLevel.Warning, "attempt 1 of 8: it answered 500: no\\npaper") == 1, "a refusal");
        Assert.Single(Assert.Single(run.Service.GetStatus()).State.Pending);
        await run.StopAsync();
        Assert.Empty(hook.Taken);
        var saved = new AlertStateFile(_folder.Path, run.Time).Read()["many errors"];
        var id = Assert.Single(saved.Pending).Notification.Id;
        run.Time.AdvanceMs(30_000);

        await run.StartAsync(AlertsRun.Alert(hook.Url));
        await hook.TakesAsync("firing");
        Assert.Equal(id, Assert.Single(hook.Taken)["id"]!.ToString());
        await Eventually.TrueAsync(
            () => Assert.Single(run.Service.GetStatus()).State is { Pending.Count: 0, ActionError: null },
            "nothing is left to deliver");
    }

    [Fact]
    public async Task Action_ThatFails_HoldsNoOtherUp_AndIsGivenUpWithALineAndACount()
    {
        await using var broken = await HookServer.StartAsync();
        await using var hook = await HookServer.StartAsync();
        broken.Refusals = int.MaxValue;
        await using var run = await AlertsRun.CreateAsync(_folder);
        await run.StartAsync(AlertsRun.Alert(broken.Url, hook.Url));
        await run.FirstAsync(11);
        await hook.TakesAsync("firing");

        await Eventually.TrueAsync(
            () =>
            {
                run.Time.AdvanceMs(2_000);
                return run.Meters["logflow.alerts.actions.given_up"] == 1;
            },
            "the other one is given up");
        Assert.Equal(AlertSender.AttemptsMax, run.Meters["logflow.alerts.actions.failed"]);
        Assert.Equal(
            1, run.Logs.Count(LogLevel.Error, "is given up after 8 attempts, nobody gets it: it answered 500"));
        Assert.Equal(7, run.Logs.Count(LogLevel.Warning, "(firing) failed, attempt"));
        Assert.Contains("it answered 500", Assert.Single(run.Service.GetStatus()).State.ActionError);
        Assert.Single(hook.Taken);
    }

    [Fact]
    public async Task Notifications_MoreThanMayWait_TheOldestIsGivenUpWithALineAndACount()
    {
        await using var broken = await HookServer.StartAsync(
            static context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        await using var run = await AlertsRun.CreateAsync(_folder);
        await run.StartAsync(AlertsRun.Alert(broken.Url));
        await run.FirstAsync(11);
        for (var i = 1; i <= AlertRunner.PendingMax + 1; i++)
        {
            await run.NextAsync(i % 2 == 0 ? 11 : 0);
        }

        await Eventually.TrueAsync(() => run.Meters["logflow.alerts.actions.given_up"] == 2, "two are given up");
        Assert.Equal(2, run.Logs.Count(LogLevel.Error, "16 newer ones wait behind it"));
        var pending = Assert.Single(run.Service.GetStatus()).State.Pending;
        Assert.Equal(AlertRunner.PendingMax, pending.Count);
        Assert.Equal(run.Time.GetUtcNow(), pending[^1].Notification.Since);
    }

    [Fact]
    public async Task State_Damaged_BeginsAnew_AndKeepsTheFile()
    {
        await using var hook = await HookServer.StartAsync();
        await using var run = await AlertsRun.CreateAsync(_folder);
        Directory.CreateDirectory(Path.GetDirectoryName(run.StateFile)!);
        await File.WriteAllTextAsync(run.StateFile, "{\"many errors\": {\"isFiring\": tru");
        await run.StartAsync(AlertsRun.Alert(hook.Url));
        await run.FirstAsync(11);
        await hook.TakesAsync("firing");
        Assert.Equal(1, run.Logs.Count(LogLevel.Error, "The state of the alerts is lost"));
        var kept = Assert.Single(Directory.GetFiles(_folder.File("alerts"), "*.damaged-*"));
        Assert.EndsWith("tru", await File.ReadAllTextAsync(kept));
        Assert.True(new AlertStateFile(_folder.Path, run.Time).Read()["many errors"].IsFiring);
    }

    [Fact]
    public async Task Down_ForManyWindows_EvaluatesOnceWithTheWindowOfNow_AndSaysSo()
    {
        await using var run = await AlertsRun.CreateAsync(_folder);
        await run.StartAsync(AlertsRun.Alert());
        await run.FirstAsync(0);
        await run.StopAsync();
        run.Time.AdvanceMs(3_600_000);
        await run.StartAsync(AlertsRun.Alert());
        await run.FirstAsync(1);
        Assert.Equal(2, run.Searches.Count);
        Assert.Equal(1, run.Logs.Count(
            LogLevel.Warning, "was not evaluated from 01/02/2026 03:05:05 +00:00 to 01/02/2026 04:04:05 +00:00"));
    }

    [Fact]
    public async Task Windows_EndTheDelayBeforeTheirTime_AndFollowEachOtherWithoutAGap()
    {
        await using var run = await AlertsRun.CreateAsync(_folder);
        var alert = AlertsRun.Alert();
        alert.Window = alert.Interval;
        await run.StartAsync(alert);
        await run.FirstAsync(1);
        await run.NextAsync(2);
        await run.NextAsync(3, ms: 67_000 - 7_000);
        var windows = run.Searches.Select(
            static body => body["query"]!["bool"]!["filter"]![1]!["range"]!["@timestamp"]!).ToArray();
        Assert.Equal("2026-01-02T03:03:50.000Z", windows[0]["lt"]!.ToString());
        Assert.Equal("2026-01-02T03:02:50.000Z", windows[0]["gte"]!.ToString());
        Assert.Equal(windows[0]["lt"]!.ToString(), windows[1]["gte"]!.ToString());
        Assert.Equal(windows[1]["lt"]!.ToString(), windows[2]["gte"]!.ToString());
    }

    [Fact]
    public async Task Store_NotReady_IsNotAsked()
    {
        await using var run = await AlertsRun.CreateAsync(_folder);
        run.IsReady = false;
        await run.StartAsync(AlertsRun.Alert());
        await Eventually.TrueAsync(
            () =>
            {
                run.Time.AdvanceMs(1_000);
                return run.ReadyAsked > 5;
            },
            "it looks whether the store is ready");
        Assert.Empty(run.Searches);
        run.IsReady = true;
        await Eventually.TrueAsync(
            () =>
            {
                run.Time.AdvanceMs(1_000);
                return !run.Searches.IsEmpty;
            },
            "it is asked when it is ready");
    }

    [Fact]
    public async Task Below_WhileLinesAreOnTheirWayAfterTheStart_WaitsForThem_AWindowAtMost()
    {
        await using var hook = await HookServer.StartAsync();
        await using var run = await AlertsRun.CreateAsync(_folder);
        run.IsBehind = true;
        var silence = AlertsRun.Alert(hook.Url);
        (silence.Above, silence.Below) = (null, 1);
        await run.StartAsync(silence);
        await Eventually.TrueAsync(
            () => run.Logs.Count(LogLevel.Information, "lines are still on their way") == 1, "it waits");
        Assert.Null(Assert.Single(run.Service.GetStatus()).State.Evaluated);
        Assert.Empty(hook.Taken);

        // The window and the delay are over: they do not come.
        await run.NextAsync(0, ms: 360_000);
        await hook.TakesAsync("firing");
    }

    [Fact]
    public async Task Server_DoesNotAnswer_TheStateStays_AndThatIsSaidOnce()
    {
        await using var hook = await HookServer.StartAsync();
        await using var run = await AlertsRun.CreateAsync(_folder);
        await run.StartAsync(AlertsRun.Alert(hook.Url));
        await run.FirstAsync(11);
        run.Answer = 503;
        for (var failures = 1; failures <= 3; failures++)
        {
            run.Time.AdvanceMs(60_000);
            await Eventually.TrueAsync(
                () => run.Meters["logflow.alerts.evaluation.failures"] == failures, $"failure {failures}");
        }

        var status = Assert.Single(run.Service.GetStatus());
        Assert.True(status.State.IsFiring);
        Assert.Contains("not today", status.State.Error);
        Assert.Equal(1, run.Logs.Count(LogLevel.Warning, "cannot be evaluated and stays as it was"));
        Assert.Equal("ok, but 1 alert(s) cannot be evaluated", run.Service.CheckHealth().Detail);
        run.Answer = 200;
        await run.NextAsync(11);
        Assert.Equal(1, run.Logs.Count(LogLevel.Warning, "can be evaluated again"));
        await hook.TakesAsync("firing");
    }

    [Fact]
    public async Task Configuration_WithoutAnAlertOrAnAction_SaysWhatItForgets()
    {
        await using var hook = await HookServer.StartAsync();
        hook.Refusals = int.MaxValue;
        await using var run = await AlertsRun.CreateAsync(_folder);
        var other = AlertsRun.Alert();
        other.Name = "another";
        await run.StartAsync(AlertsRun.Alert(hook.Url), other);
        await run.FirstAsync(11);
        await run.StopAsync();
        await run.StartAsync(AlertsRun.Alert());
        Assert.Equal(1, run.Logs.Count(LogLevel.Warning, "Alert 'another' is no longer configured"));
        Assert.Equal(1, run.Logs.Count(LogLevel.Warning, "1 notification(s) that it had to deliver are dropped"));
        Assert.Equal(1, run.Meters["logflow.alerts.actions.given_up"]);
        Assert.Empty(Assert.Single(run.Service.GetStatus()).State.Pending);
    }
}
