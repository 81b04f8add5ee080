using System.Text.Json.Nodes;
using LogFlow.Testing;
using Microsoft.Playwright;

namespace LogFlow.WebConsole.Tests;

/// <summary>The page of the configuration, and the way of a line.</summary>
[Collection(BrowserCollection.Name)]
public class ConfigPageTests(BrowserFixture browser)
{
    private const string TopicId = "3VseOcf4SlOCJozGxwoKCA";

    private static JsonObject Config => JsonNode.Parse(
        """
        {"entries":[
          {"key":"queue.port","value":"9093","origin":"/etc/logflow.yml:3:9","isDefault":false},
          {"key":"agent.inputs","value":"- paths:\n  - <b>*.log</b>","origin":"command line (-E)","isDefault":false},
          {"key":"store.http.port","value":"9200","origin":"default","isDefault":true}]}
        """)!.AsObject();

    [RequiresFact(Requirement.Chromium)]
    public async Task Keys_AreShownWithWhereTheyCameFrom_AndFiltered()
    {
        await using var run = await ConsoleRun.StartAsync(config: Config);
        await using var page = await browser.OpenAsync(run.Url + "/config");
        await page.SeesAsync("tr:has-text('queue.port')", "/etc/logflow.yml:3:9");
        await page.SeesAsync("tr:has-text('agent.inputs')", "<b>*.log</b>");
        await page.SeesAsync("tr:has-text('store.http.port')", "default");
        await page.SeesAsync(".page", "3 keys");
        await page.Page.CheckAsync("text=without defaults");
        await page.SeesAsync(".page", "2 keys");
        await page.Page.Keyboard.PressAsync("Tab");
        await page.Page.Locator("h1").ClickAsync();
        await page.Page.Keyboard.PressAsync("/");
        await page.Page.Keyboard.TypeAsync("9093");
        await page.SeesAsync(".page", "1 key");
        Assert.Empty(page.Problems());
    }

    [RequiresTheory(Requirement.Chromium)]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Config_HasNoViolation_AndFitsANarrowScreen(ColorScheme scheme)
    {
        await using var run = await ConsoleRun.StartAsync(config: Config);
        await using var page = await browser.OpenAsync(run.Url + "/config", scheme, bypassesPolicy: true);
        await page.SeesAsync(".page", "3 keys");
        await AccessibilityTests.AssertNoneAsync(page);
        await page.Page.SetViewportSizeAsync(320, 700);
        Assert.True(await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= 320);
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task ConsoleAlone_SaysWhoseConfigurationIsShown()
    {
        await using var run = await ConsoleRun.StartAsync();
        await using var page = await browser.OpenAsync(run.Url + "/config");
        await page.SeesAsync(".page", "'logflow up' shows its own here");
        Assert.Empty(page.Problems(ignoresAnswers: true));
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task Way_HasEachPlaceWithItsTime_AndNamesWhatIsMissing()
    {
        await using var run = await ConsoleRun.StartAsync();
        var now = DateTimeOffset.UtcNow;
        var known = Some.LineAt(now.AddSeconds(-20), "a line that came through");
        known["_id"] = $"{TopicId}-2-6256";
        known["log"]!["offset"] = 224764;
        known["agent"] = new JsonObject { ["type"] = "logflow", ["version"] = "1.2.3" };
        known["event"]!["created"] = now.AddSeconds(-10).ToString("O");
        known["event"]!["ingested"] = now.AddSeconds(-7).ToString("O");
        var other = Some.LineAt(now.AddSeconds(-30), "a line of somebody else");
        other["_id"] = "filebeat-1";
        other["log"] = new JsonObject();
        await run.AddAsync([known, other]);
        await using var page = await browser.OpenAsync(run.Url, bypassesPolicy: true);
        await page.Page.ClickAsync(".item:has-text('came through') .tr");
        await page.Page.ClickAsync(".detail [role=tab]:has-text('Way')");
        await page.SeesAsync(".way", "web-1:/var/log/app.log @ byte 224,764");
        await page.SeesAsync(".way", "logflow 1.2.3");
        await page.SeesAsync(".way", $"topic {TopicId}, partition 2 @ 6256");
        await page.SeesAsync(".way", "3 s later");
        await page.SeesAsync(".way", "logs-app-default");
        await AccessibilityTests.AssertNoneAsync(page);

        await page.Page.ClickAsync(".item:has-text('somebody else') .tr");
        await page.SeesAsync(".way", "the document names no file");
        await page.SeesAsync(".way", "event.created is missing");
        await page.SeesAsync(".way", "its id is not one that the processor gives");
        Assert.Empty(page.Problems());
    }
}
