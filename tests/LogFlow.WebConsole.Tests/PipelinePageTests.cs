using System.Net;
using LogFlow.Testing;
using Microsoft.Playwright;

namespace LogFlow.WebConsole.Tests;

/// <summary>The page of the pipeline in a browser.</summary>
[Collection(BrowserCollection.Name)]
public class PipelinePageTests(BrowserFixture browser)
{
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
        await using var run = await ConsoleRun.StartAsync(new FakePipeline { DeadLetters = 3 });
        await run.AddAsync(Some.Lines(20));
        await using var page = await browser.OpenAsync(run.Url + path, scheme, bypassesPolicy: true);
        await page.Page.WaitForSelectorAsync(path == "/live" ? ".tr.gap" : "table.data");
        await AccessibilityTests.AssertNoneAsync(page);
        await page.Page.SetViewportSizeAsync(320, 700);
        Assert.True(await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= 320);
    }
}
