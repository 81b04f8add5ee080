using Deque.AxeCore.Playwright;
using LogFlow.Testing;
using Microsoft.Playwright;

namespace LogFlow.WebConsole.Tests;

/// <summary>What axe finds, by theme and state; and that nothing is wider than a narrow page.</summary>
[Collection(BrowserCollection.Name)]
public class AccessibilityTests(BrowserFixture browser)
{
    [RequiresTheory(Requirement.Chromium)]
    [InlineData(ColorScheme.Light, ForcedColors.None)]
    [InlineData(ColorScheme.Dark, ForcedColors.None)]
    [InlineData(ColorScheme.Dark, ForcedColors.Active)]
    public async Task Logs_WithARowOpenAndPills_HasNoViolation(ColorScheme scheme, ForcedColors forced)
    {
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync(Some.Lines(60));
        await using var page = await browser.OpenAsync(
            run.Url + "/?f=host.name:web-0&f=-log.level:DEBUG&f=~event.dataset:x&c=host.name", scheme, forced: forced,
            bypassesPolicy: true);
        await page.SeesAsync(".grid .item .message", "line");
        await page.Page.WaitForSelectorAsync(".hist rect.bar");
        await page.Page.ClickAsync(".side .field[title^='host.name ']");
        await page.SeesAsync(".side .value", "web-0");
        await page.Rows.First.ClickAsync();
        await page.SeesAsync(".kv", "log.level");
        await AssertNoneAsync(page);
        foreach (var tab in (string[])["JSON", "Around"])
        {
            await page.Page.ClickAsync($".detail [role=tab]:has-text('{tab}')");
            await page.Page.WaitForSelectorAsync(tab == "JSON" ? "pre.json" : ".around .tr");
            await AssertNoneAsync(page);
        }
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task EmptyPageAndKeys_HaveNoViolation()
    {
        await using var run = await ConsoleRun.StartAsync();
        await using var page = await browser.OpenAsync(run.Url, bypassesPolicy: true);
        await page.SeesAsync(".empty h2", "No logs yet");
        await AssertNoneAsync(page);
        await page.Page.Keyboard.PressAsync("?");
        await page.SeesAsync("dialog", "Next, previous error");
        await AssertNoneAsync(page);
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task NarrowPage_NothingIsWiderThanIt()
    {
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync(Some.Lines(60));
        await using var page = await browser.OpenAsync(run.Url, width: 320, height: 700);
        await page.HitsAreAsync("60 lines");
        await page.Rows.First.ClickAsync();
        await page.SeesAsync(".kv", "log.level");
        Assert.True(await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= 320);
        Assert.Empty(page.Problems());
    }

    internal static async Task AssertNoneAsync(BrowserPage page)
    {
        var result = await page.Page.RunAxe();
        var found = result.Violations.SelectMany(violation => violation.Nodes.Select(node =>
            $"{violation.Id}: {violation.Help}: {node.Html}"));
        Assert.True(result.Violations.Length == 0, string.Join('\n', found.Take(20)));
    }
}
