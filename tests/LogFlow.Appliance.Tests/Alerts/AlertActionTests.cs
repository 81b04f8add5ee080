using LogFlow.Testing;

namespace LogFlow.Appliance.Tests;

/// <summary>Webhooks and programs of alerts.</summary>
public sealed class AlertActionTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Webhook_SendsItsHeadersLoginAndId()
    {
        await using var hook = await HookServer.StartAsync();
        using var action = new WebhookAction(new AlertWebhookConfig
        {
            Url = $"http://user:p%40ss@127.0.0.1:{hook.Url.Port}/x?y=z",
            Headers = new() { ["X-Key"] = "k", ["Content-Type"] = "application/vnd.alert+json" },
        });
        await action.SendAsync(SomeAlert.Notification, CancellationToken.None);
        var headers = Assert.Single(hook.Headers);
        Assert.Equal("k", headers["X-Key"]);
        Assert.Equal("application/vnd.alert+json", headers["Content-Type"]);
        Assert.Equal("Basic dXNlcjpwQHNz", headers["Authorization"]);
        Assert.Equal(SomeAlert.Notification.Id, headers["Idempotency-Key"]);
        Assert.Equal($"webhook http://127.0.0.1:{hook.Url.Port}", action.Name);
    }

    [Fact]
    public async Task Webhook_RefusedRedirectedSlowOrAway_SaysWhyWithoutItsPath()
    {
        await using var slow = await LoopbackServer.StartAsync(context => context.Request.Path.Value switch
        {
            "/secret/moved" => MoveAsync(context),
            _ => Task.Delay(Timeout.Infinite, context.RequestAborted),
        });
        async Task<string> FailAsync(string url, int seconds = 120)
        {
            using var action = new WebhookAction(
                new AlertWebhookConfig { Url = url, Timeout = TimeSpan.FromSeconds(seconds) });
            var error = await Assert.ThrowsAsync<AlertActionException>(
                () => action.SendAsync(SomeAlert.Notification, CancellationToken.None));
            Assert.DoesNotContain("secret", error.Message + action.Name, StringComparison.Ordinal);
            return error.Message;
        }

        Assert.Contains("it answered 302", await FailAsync($"{slow.Url}secret/moved"));
        Assert.Contains("it took longer than 1 s (timeout)", await FailAsync($"{slow.Url}secret/slow", 1));
        Assert.Contains("refused", await FailAsync("http://127.0.0.1:1/secret"));
    }

    [RequiresFact(Requirement.Linux)]
    public async Task Exec_GetsVariablesArgumentsAndJson_AndNoShellReadsThem()
    {
        var script = Script("printf '%s|' \"$@\" \"$LOGFLOW_ALERT_NAME\" \"$LOGFLOW_ALERT_COUNT\" > out; cat >> out");
        using var action = new ExecAction(new AlertExecConfig { Command = [script, "$(id)", "a b"] });
        await action.SendAsync(SomeAlert.Notification with { Name = "`id`; $HOME" }, CancellationToken.None);
        var written = await File.ReadAllTextAsync(_folder.File("out"));
        Assert.StartsWith("$(id)|a b|`id`; $HOME|12|{\"id\":", written);
        Assert.Equal("exec script", action.Name);
    }

    [RequiresTheory(Requirement.Linux)]
    [InlineData("echo out; echo 'it is broken' >&2; exit 3", "it ended with 3: it is broken")]
    [InlineData("exit 4", "it ended with 4, and said nothing")]
    [InlineData("head -c 100000 /dev/zero | tr '\\0' y; exit 5", "it ended with 5: yyyy")]
    public async Task Exec_Fails_SaysWhatTheProgramSaid(string text, string expected)
    {
        using var action = new ExecAction(new AlertExecConfig { Command = [Script(text)] });
        var error = await Assert.ThrowsAsync<AlertActionException>(
            () => action.SendAsync(SomeAlert.Notification, CancellationToken.None));
        Assert.StartsWith(expected, error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 1, 2500);
    }

    [RequiresFact(Requirement.Linux)]
    public async Task Exec_TooSlow_IsEndedWithAllThatItStarted()
    {
        var script = Script("sleep 1000 & echo $! > child; wait");
        using var action = new ExecAction(
            new AlertExecConfig { Command = [script], Timeout = TimeSpan.FromSeconds(1) });
        var error = await Assert.ThrowsAsync<AlertActionException>(
            () => action.SendAsync(SomeAlert.Notification, CancellationToken.None));
        Assert.Contains("it took longer than 1 s (timeout)", error.Message);
        var child = (await File.ReadAllTextAsync(_folder.File("child"))).Trim();
        await Eventually.TrueAsync(() => !IsRunning(child), "the child is gone");
    }

    [Fact]
    public async Task Exec_NotThere_SaysSo()
    {
        using var action = new ExecAction(new AlertExecConfig { Command = [_folder.File("nothing")] });
        var error = await Assert.ThrowsAsync<AlertActionException>(
            () => action.SendAsync(SomeAlert.Notification, CancellationToken.None));
        Assert.StartsWith("it cannot be started: ", error.Message, StringComparison.Ordinal);
    }

    private static Task MoveAsync(Microsoft.AspNetCore.Http.HttpContext context)
    {
        context.Response.Redirect("/elsewhere");
        return Task.CompletedTask;
    }

    /// <summary>A zombie that nobody has fetched yet has ended, too.</summary>
    private static bool IsRunning(string process)
    {
        try
        {
            return !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private string Script(string text)
    {
        var path = _folder.File("script");
        File.WriteAllText(path, $"#!/bin/sh\ncd '{_folder.Path}'\n{text}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return path;
    }
}
