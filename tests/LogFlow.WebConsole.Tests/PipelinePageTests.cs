using System.Net;
using LogFlow.Testing;
using Microsoft.Playwright;

namespace LogFlow.WebConsole.Tests;

/// <summary>The page of the pipeline in a browser.</summary>
[Collection(BrowserCollection.Name)]
public class PipelinePageTests(BrowserFixture browser)
{
    private const string SomeAlerts =
        """
        [{"name":"many <b>errors</b>","state":"firing","since":"2026-01-02T03:04:05Z","count":1234,
          "condition":"more than 10 in 5m","query":"log.level:error","index":"logs-*",
          "evaluated":"2026-01-02T03:05:15Z","from":"2026-01-02T03:00:00Z","to":"2026-01-02T03:05:00Z","error":null,
          "actionError":"2026-01-02 03:04:06Z webhook https://x.example: it answered 500","pending":1},
         {"name":"silence","state":"ok","since":"2026-01-01T03:04:05Z","count":77,"condition":"fewer than 1 in 10m",
          "query":"","index":"logs-*","evaluated":"2026-01-02T03:05:15Z","from":"2026-01-02T02:55:00Z",
          "to":"2026-01-02T03:05:00Z","error":null,"actionError":null,"pending":0},
         {"name":"too new","state":"unknown","since":null,"count":null,"condition":"more than 0 in 5m","query":"a",
          "index":"logs-*","evaluated":null,"from":null,"to":null,"error":null,"actionError":null,"pending":0}]
        """;

    [RequiresFact(Requirement.Chromium)]
    public async Task Parts_AreShownWithRatesBooksStatementsFilesAndPartitions()
    {
        await using var run = await ConsoleRun.StartAsync(new FakePipeline());
        await using var page = await browser.OpenAsync(run.Url + "/pipeline");
        await page.SeesAsync(".card[aria-label=Processor] .of.bad", "store waits since noon");
        await page.SeesAsync(".card[aria-label=Processor]", "lag 17");
        await page.SeesAsync("section:has(> h2:text('The books'))", "1,173 taken and done");
        await page.SeesAsync("section:has(> h2:text('The books'))", "10 on their way");
        await page.SeesAsync("section:has(> h2:text('Statements'))", "default.conf:12:3");
        await page.SeesAsync("section:has(> h2:text('Statements'))", "1 other has seen none");
        await page.SeesAsync("section:has(> h2:text('Files'))", "/var/log/<b>old</b>.log");
        await page.SeesAsync("section:has(> h2:text('Partitions'))", "offline: a write failed");
        await page.SeesAsync("section:has(> h2:text('Consumer groups'))", "1,173");
        await page.SeesAsync("section:has(> h2:text('What went wrong lately'))", "cannot read /var/log/secret");
        await page.Page.ClickAsync("table a:has-text('lines') >> nth=0");
        await page.SeesAsync(".pill", "log.file.path:/var/log/nginx/access.log");
        Assert.Empty(page.Problems());
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task BooksThatDoNotBalance_AreRed()
    {
        await using var run = await ConsoleRun.StartAsync(new FakePipeline { Difference = 3 });
        await using var page = await browser.OpenAsync(run.Url + "/pipeline");
        await page.SeesAsync(".data .dot.bad", "3 unaccounted for");
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task Alerts_AreListed_AndThoseThatFireAreInTheHeaderOfEveryPage()
    {
        await using var run = await ConsoleRun.StartAsync(new FakePipeline { Alerts = SomeAlerts });
        await run.AddAsync(Some.Lines(20));
        await using var page = await browser.OpenAsync(run.Url);
        await page.SeesAsync("#pages a #firing", "1 alert");
        Assert.Equal("Firing: many <b>errors</b>", await page.Page.GetAttributeAsync("#firing", "title"));
        await page.Page.ClickAsync("#pages a:has-text('Pipeline')");
        const string Section = "section:has(> h2:text('Alerts'))";
        await page.SeesAsync($"{Section} tr:has-text('many <b>errors</b>') .dot.bad", "firing");
        await page.SeesAsync($"{Section} tr:has-text('many <b>errors</b>')", "1,234");
        await page.SeesAsync(
            $"{Section} tr:has-text('many <b>errors</b>')", "webhook https://x.example: it answered 500");
        await page.SeesAsync($"{Section} tr:has-text('silence') .dot:not(.bad)", "ok");
        await page.SeesAsync($"{Section} tr:has-text('too new')", "not evaluated yet");
        await page.Page.ClickAsync($"{Section} tr:has-text('many <b>errors</b>') a");
        await page.Page.WaitForURLAsync(static url => url.Contains(
            "t=2026-01-02T03:00:00Z/2026-01-02T03:05:00Z", StringComparison.Ordinal));
        Assert.Equal("log.level:error", await page.Page.InputValueAsync("#q"));
        Assert.Empty(page.Problems());
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task NoAlertFires_TheHeaderSaysNothing()
    {
        await using var run = await ConsoleRun.StartAsync(
            new FakePipeline { Alerts = SomeAlerts.Replace("firing", "ok", StringComparison.Ordinal) });
        await using var page = await browser.OpenAsync(run.Url + "/pipeline");
        await page.SeesAsync("#lag", "lag 17");
        Assert.False(await page.Page.IsVisibleAsync("#firing"));
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task ConsoleAlone_SaysWhoKnowsThePipeline()
    {
        await using var run = await ConsoleRun.StartAsync();
        await using var page = await browser.OpenAsync(run.Url + "/pipeline");
        await page.SeesAsync(".page", "the parts of a pipeline are known to 'logflow up'");
        using var answer = await run.Http.GetAsync(new Uri(run.Url + "/api/pipeline"));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Empty(page.Problems(ignoresAnswers: true));
    }

    [RequiresTheory(Requirement.Chromium)]
    [InlineData("/pipeline", ColorScheme.Light)]
    [InlineData("/pipeline", ColorScheme.Dark)]
    [InlineData("/live", ColorScheme.Light)]
    [InlineData("/live", ColorScheme.Dark)]
    public async Task OtherPages_HaveNoViolation_AndFitANarrowScreen(string path, ColorScheme scheme)
    {
        await using var run = await ConsoleRun.StartAsync(new FakePipeline { DeadLetters = 3, Alerts = SomeAlerts });
        await run.AddAsync(Some.Lines(20));
        await using var page = await browser.OpenAsync(run.Url + path, scheme, bypassesPolicy: true);
        await page.Page.WaitForSelectorAsync(path == "/live" ? ".tr.gap" : "table.data");
        await AccessibilityTests.AssertNoneAsync(page);
        await page.Page.SetViewportSizeAsync(320, 700);
        Assert.True(await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= 320);
    }
}
