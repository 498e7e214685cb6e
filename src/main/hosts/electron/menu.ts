import type { MenuItemConstructorOptions } from 'electron'

/**
 * The system's own entries only: what Millrace can do stands in its window (palette, shortcuts). Close
 * and reload have no shortcut here, because Ctrl+W closes a tab and a reload would stop a query.
 */
export function menuTemplate(platform: NodeJS.Platform, isPackaged: boolean): MenuItemConstructorOptions[] {
  const developer: MenuItemConstructorOptions[] = isPackaged ? [] : [{ role: 'toggleDevTools' }, { type: 'separator' }]
  return [
    ...(platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
    ...(platform === 'darwin' ? [] : [{ label: 'File', submenu: [{ role: 'quit' } as const] }]),
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        ...developer,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    { label: 'Window', submenu: [{ role: 'minimize' }, { role: 'zoom' }] },
  ]
}
