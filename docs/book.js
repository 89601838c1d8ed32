// A link out of the manual (../LIMITS.md, ../scenarios/x.toml) leads, in the book, to the file in the repository.
for (const link of document.querySelectorAll("main a[href^='../']")) {
    const root = new URL(typeof path_to_root === "string" && path_to_root ? path_to_root : ".", document.baseURI);
    const target = new URL(link.getAttribute("href"), document.baseURI);
    if (target.pathname.startsWith(root.pathname)) {
        continue;
    }
    const up = new URL("..", root).pathname;
    const file = target.pathname.slice(up.length).replace(/\.html$/, ".md");
    link.href = `https://github.com/cordiale/cordiale/blob/main/${file}${target.hash}`;
}
