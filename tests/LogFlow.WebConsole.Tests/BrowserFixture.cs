using LogFlow.Testing;
using Microsoft.Playwright;

namespace LogFlow.WebConsole.Tests;

/// <summary>Debian's Chromium, once for all tests. Nothing is downloaded: the driver comes with the package.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    /// <summary>A busy machine of two cores takes its time.</summary>
    public const float Patience = 60_000;

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        if (Requirements.WhyMissing(Requirement.Chromium) is null)
        {
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = Requirements.FindProgram("chromium"),
                Args = ["--no-sandbox", "--disable-gpu"],
                Timeout = Patience,
            });
        }
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    /// <summary>A page in a context of its own; what goes wrong in it is kept.</summary>
    public async Task<BrowserPage> OpenAsync(
        string url, ColorScheme scheme = ColorScheme.Light, int width = 1400, int height = 900,
        ForcedColors forced = ForcedColors.None, bool bypassesPolicy = false)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ColorScheme = scheme,
            ForcedColors = forced,
            TimezoneId = "UTC",
            BypassCSP = bypassesPolicy,
            ViewportSize = new ViewportSize { Width = width, Height = height },
        });
        context.SetDefaultTimeout(Patience);
        await context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        var page = new BrowserPage(context, await context.NewPageAsync());
        await page.Page.GotoAsync(url);
        return page;
    }
}

[CollectionDefinition(Name)]
public sealed class BrowserCollection : ICollectionFixture<BrowserFixture>
{
    public const string Name = "browser";
}
